#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/query/tree.h"
#include "ground/sql/connection.h"

namespace cairn::tracking {

/// One SQL statement being put together: its text, and the values it binds.
class Sentence {
 public:
  void Add(std::string_view text) { text_ += text; }
  /// The placeholder that stands for `value`.
  std::string Bind(sql::Value value);
  /// "($1, $2)".
  std::string BindList(std::span<const sql::Value> values);
  /// The text with what it binds: the same for sentences that ask the same.
  std::string Written() const;
  Result<sql::Rows> Run(sql::Connection& connection) const { return connection.Run(text_, values_); }
  /// Each row as it is read, as sql::Connection::Each gives it.
  Result<> Each(sql::Connection& connection, const sql::Connection::Take& take) const {
    return connection.Each(text_, values_, take);
  }
  /// How the engine means to run it, a line each, in its own words.
  Result<std::string> Plan(sql::Connection& connection) const;

 private:
  std::string text_;
  std::vector<sql::Value> values_;
};

/// Calls `work` with a fresh sentence and a bound list of some of the values, until all had their turn. A
/// list's length is one of a few, so that statements repeat and stay prepared: the last value is repeated
/// where there are not enough.
Result<> ForChunks(std::span<const sql::Value> values,
                   const std::function<Result<>(Sentence&, const std::string& list)>& work);

/// Compiles a condition of any shape, given how one comparison is compiled.
using CompileOne = std::function<Result<std::string>(const query::Comparison&)>;
Result<std::string> CompileCondition(const query::Condition& condition, const CompileOne& compile);
/// Reads a filter, with the words of a wrong filter around an error.
Result<query::Condition> ReadFilter(std::string_view filter);
/// Compiles what ReadFilter gave. The error of a comparison gets those words too.
Result<std::string> CompileRead(const query::Condition& condition, const CompileOne& compile);
/// Both in one.
Result<std::string> CompileFilter(std::string_view filter, const CompileOne& compile);

/// Whether a comparison with a list of values is taken.
enum class Lists { Refused, Taken };
/// `column` compared as text: = != LIKE ILIKE, and IN and NOT IN where lists are taken, with quoted values
/// alone. `what` names it in messages: "a parameter".
Result<std::string> CompareText(const sql::Connection& connection, Sentence& sentence,
                                std::string_view column, const query::Comparison& comparison,
                                std::string_view what, Lists lists);
/// A text column compared with a number, which only texts that are decimal numbers satisfy, with != too.
/// PostgreSQL, where a number out of a double's range is an error, takes powers of ten up to 299.
Result<std::string> CompareNumericText(const sql::Connection& connection, Sentence& sentence,
                                       std::string_view column, const query::Comparison& comparison,
                                       std::string_view what);
/// Whether the comparison is with a number.
bool WithNumber(const query::Comparison& comparison);
/// Compared as a whole number of 64 bits. Fractions to compare with are taken or refused.
enum class Fractions { Refused, Taken };
Result<std::string> CompareInteger(Sentence& sentence, std::string_view column,
                                   const query::Comparison& comparison, std::string_view what,
                                   Fractions fractions);
/// A column compared as a number, where `is_nan` is the condition under which it counts as NaN; NaN satisfies
/// != alone.
Result<std::string> CompareMetric(Sentence& sentence, std::string_view column, std::string_view is_nan,
                                  const query::Comparison& comparison);

/// The error for a name that this kind of record does not have.
Error UnknownKey(const query::Identifier& name, std::string_view known);
Error UnknownPrefix(const query::Identifier& name, std::string_view known);
/// The error for a function around a name, where none is taken.
Result<> RefuseFunction(const query::Identifier& name);
/// An error in an ordering, with its text named.
Error InOrder(std::string_view written, Error error);

}  // namespace cairn::tracking
