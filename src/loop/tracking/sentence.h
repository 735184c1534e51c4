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
  Result<sql::Rows> Run(sql::Connection& connection) const { return connection.Run(text_, values_); }

 private:
  std::string text_;
  std::vector<sql::Value> values_;
};

/// Calls `work` with a fresh sentence and a bound list of some of the values, until all had their turn. A
/// list's length is one of a few, so that statements repeat and stay prepared: the last value is repeated
/// where there are not enough.
Result<> ForChunks(std::span<const sql::Value> values,
                   const std::function<Result<>(Sentence&, const std::string& list)>& work);

/// Compiles a condition of any shape, given how one comparison is compiled. The error of a comparison gets
/// the words of a wrong filter around it.
using CompileOne = std::function<Result<std::string>(const query::Comparison&)>;
Result<std::string> CompileCondition(const query::Condition& condition, const CompileOne& compile);
/// Reads and compiles a filter's text.
Result<std::string> CompileFilter(std::string_view filter, const CompileOne& compile);

/// `column` compared as text: = != LIKE ILIKE IN NOT IN, with quoted values alone. `what` names it in
/// messages: "a parameter".
Result<std::string> CompareText(const sql::Connection& connection, Sentence& sentence,
                                std::string_view column, const query::Comparison& comparison,
                                std::string_view what);
/// Compared as a whole number of 64 bits.
Result<std::string> CompareInteger(Sentence& sentence, std::string_view column,
                                   const query::Comparison& comparison, std::string_view what);
/// Columns value and is_nan of `table` compared as a number; NaN satisfies != alone.
Result<std::string> CompareMetric(Sentence& sentence, std::string_view table,
                                  const query::Comparison& comparison);

/// The error for a name that this kind of record does not have.
Error UnknownKey(const query::Identifier& name, std::string_view known);
Error UnknownPrefix(const query::Identifier& name, std::string_view known);
/// An error in an ordering, with its text named.
Error InOrder(std::string_view written, Error error);

}  // namespace cairn::tracking
