#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::sql {

/// What a BYTEA column holds: any bytes at all.
struct Bytes {
  std::string content;
};

/// What may be bound to a parameter or come back in a column: null, whole number, double, text, bytes. Truth
/// values are the integers 0 and 1. Times are `_ms` integers.
class Value {
 public:
  using State = std::variant<std::nullptr_t, std::int64_t, double, std::string, Bytes>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(int value) : state_(static_cast<std::int64_t>(value)) {}
  Value(std::int64_t value) : state_(value) {}
  Value(bool value) : state_(static_cast<std::int64_t>(value)) {}
  Value(double value) : state_(value) {}
  Value(const char* value) : state_(std::string(value)) {}
  Value(std::string_view value) : state_(std::string(value)) {}
  Value(std::string value) : state_(std::move(value)) {}
  Value(Bytes value) : state_(std::move(value)) {}

  bool IsNull() const { return state_.index() == 0; }
  const State& state() const { return state_; }
  /// The same as assigning a Value, and quicker: in the room of the text that is there.
  void Set(std::string_view text);
  void Set(std::int64_t whole) { state_ = whole; }
  void Set(double real) { state_ = real; }

 private:
  State state_ = nullptr;
};

/// One row of an answer. Reading a column as another kind than it holds gives a neutral value (0, 0.0, "");
/// IsNull tells.
class Row {
 public:
  Row() = default;
  explicit Row(std::vector<Value> columns) : columns_(std::move(columns)) {}
  std::size_t size() const { return columns_.size(); }
  bool IsNull(std::size_t column) const { return columns_[column].IsNull(); }
  std::int64_t Int(std::size_t column) const;
  /// Also of an integer column.
  double Double(std::size_t column) const;
  const std::string& Text(std::size_t column) const;
  const std::string& Content(std::size_t column) const;  ///< Of bytes.
  const Value& At(std::size_t column) const { return columns_[column]; }
  /// For who fills it.
  std::vector<Value>& columns() { return columns_; }

 private:
  std::vector<Value> columns_;
};

using Rows = std::vector<Row>;

/// One SQL text serves both engines. They differ in a closed list of ways, all of it handled here, in
/// InsertRows or when a migration is applied:
///  - LIKE: written with Like() (case kept) and ILike() (case ignored);
///  - text sorts and compares by bytes: a migration's TEXT columns become TEXT COLLATE "C" on PostgreSQL;
///  - doubles: NaN cannot be stored (InvalidArgument), so callers store a flag beside the number; infinities
///  and every
///    other double come back bit for bit, except that SQLite gives -0.0 back as 0.0;
///  - bytes: a column of them is declared BYTEA, which SQLite takes for a type of its own;
///  - clustered tables: a migration may end a table with the marker /*CLUSTERED*/, which SQLite reads as
///  WITHOUT ROWID.
///
/// How to write statements that both engines take: a bound integer is a BIGINT, a double a DOUBLE PRECISION,
/// text a TEXT, and a null takes its type from where it stands. So write CAST($1 AS BIGINT) where only the
/// parameter tells the type
/// (`CAST($1 AS TEXT) IS NULL`) or where PostgreSQL wants a smaller integer (`substr(name, CAST($2 AS
/// INTEGER))`), and do not compare a text parameter with a number's column. Comparisons, BOOLEAN, and sums of
/// integers come back as integers.
enum class Engine { Sqlite, Postgres };

/// One transaction's way to the store. Obtained from Database::Transact or Database::Read; never kept beyond
/// the call.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual Engine engine() const = 0;

  /// Runs one statement with $1, $2, … bound to `values`, and gives its rows. Statements are prepared once
  /// per connection and text, so never splice values into the text. Text is UTF-8 without zero bytes.
  ///
  /// Errors: InvalidArgument for a value that cannot be stored, AlreadyExists for a broken unique key,
  /// Conflict for a broken foreign key or a lost race (Transact tries the latter again), Exhausted for a full
  /// disk, Corrupt for a damaged file, Unavailable for a lost server, Internal for a wrong statement. After
  /// an error the transaction can only be rolled back: further statements give the same error, and so does
  /// Transact, even when the work gives a value. Where a broken key is expected, say ON CONFLICT.
  Result<Rows> Run(std::string_view statement, std::span<const Value> values);
  Result<Rows> Run(std::string_view statement, std::initializer_list<Value> values = {}) {
    return Run(statement, std::span<const Value>(values.begin(), values.size()));
  }

  /// What is done with one row of an answer. It may move the row away, and must not use the connection.
  using Take = std::function<void(Row&)>;
  /// Run for long answers: each row is given away as it is read, and the next one may be read into its place.
  /// When it fails, some rows may have been given.
  Result<> Each(std::string_view statement, std::span<const Value> values, const Take& take);

  /// `head` VALUES (row), (row)… `tail`, for any number of rows. `values` holds them row by row, `width` per
  /// row. With ON CONFLICT … DO UPDATE the rows of one call must have distinct keys. Errors as Run. Example:
  /// InsertRows("INSERT INTO param (run, key, value)", 3, values, "ON CONFLICT (run, key) DO NOTHING").
  Result<> InsertRows(std::string_view head, std::size_t width, std::span<const Value> values,
                      std::string_view tail = "");

  /// The comparison `column LIKE pattern` with case kept, or ignored (in every script, not only ASCII);
  /// `parameter` is
  /// "$3" or the like. % and _ are wildcards, there is no escape.
  std::string Like(std::string_view column, std::string_view parameter) const;
  std::string ILike(std::string_view column, std::string_view parameter) const;

 protected:
  /// What Each and InsertRows do in one engine; the values have been checked.
  virtual Result<> Execute(std::string_view statement, std::span<const Value> values, const Take& take) = 0;
  virtual Result<> ExecuteRows(std::string_view head, std::size_t width, std::span<const Value> values,
                               std::string_view tail) = 0;

  /// Runs `work` and gives its error, or else the first one of a statement that the work passed over.
  Result<> Perform(const std::function<Result<>(Connection&)>& work);

 private:
  std::optional<Error> failure_;
};

}  // namespace cairn::sql
