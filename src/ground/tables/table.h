#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::tables {

/// What a column holds. Every integer type becomes Int (64 bits, signed), FLOAT and DECIMAL become Double,
/// dates and timestamps Time (UTC milliseconds), and whatever else there is (lists, UUIDs, times of day, …)
/// Text.
enum class Type { Bool, Int, Double, Text, Time };

/// "bool", "int", "double", "text", "time".
const char* NameOf(Type type);

/// One named column with its values in one array. Null places hold 0, NaN, or "".
class Column {
 public:
  Column(std::string name, Type type);

  const std::string& name() const { return name_; }
  Type type() const { return type_; }
  std::size_t rows() const { return nulls_.size(); }
  std::size_t null_count() const { return null_count_; }
  bool IsNull(std::size_t row) const { return nulls_[row] != 0; }
  bool IsNumeric() const { return type_ == Type::Int || type_ == Type::Double; }

  /// The value of that row; asking a column for another type than its own ends the program, but Double also
  /// reads an Int or Bool column.
  bool Bool(std::size_t row) const;
  std::int64_t Int(std::size_t row) const;
  double Double(std::size_t row) const;
  const std::string& Text(std::size_t row) const;
  TimeMs Time(std::size_t row) const;
  /// Any value as text: shortest exact decimals, "true"/"false", ISO times; "" for null.
  std::string Shown(std::size_t row) const;

  /// All values at once; the same rule about types. A Time column counts as Int, a Bool column as Bools (0 or
  /// 1).
  std::span<const std::int64_t> ints() const { return std::get<Ints>(values_); }
  std::span<const double> doubles() const { return std::get<Doubles>(values_); }
  std::span<const std::string> texts() const { return std::get<Texts>(values_); }
  std::span<const std::uint8_t> bools() const { return std::get<Bools>(values_); }
  /// One byte per row, 1 for null.
  std::span<const std::uint8_t> nulls() const { return nulls_; }

  void PushNull();
  /// Appends a value of the column's type (Push(TimeMs) is Push of an integer).
  void Push(std::int64_t value);
  void Push(double value);
  void Push(std::string value);
  void PushBool(bool value);
  /// Appends what another column of the same type holds in that row.
  void PushFrom(const Column& from, std::size_t row);

 private:
  using Ints = std::vector<std::int64_t>;
  using Doubles = std::vector<double>;
  using Texts = std::vector<std::string>;
  using Bools = std::vector<std::uint8_t>;

  std::string name_;
  Type type_;
  std::vector<std::uint8_t> nulls_;
  std::size_t null_count_ = 0;
  std::variant<Ints, Doubles, Texts, Bools> values_;
};

/// Columns of equal length, in memory.
class Table {
 public:
  Table() = default;
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().rows(); }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<Column>& columns() { return columns_; }
  const Column& operator[](std::size_t index) const { return columns_[index]; }
  /// The column of that name, or null.
  const Column* Find(std::string_view name) const;
  /// The same; Unprocessable that names the column and the nearest one there is.
  Result<const Column*> Named(std::string_view name) const;

 private:
  std::vector<Column> columns_;
};

}  // namespace cairn::tables
