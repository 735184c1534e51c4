#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/query/tree.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::charter {

/// What the business would do without a model, written as rules over input columns: the first rule whose
/// condition holds gives the score. It is the baseline in every comparison and the fallback when a model
/// cannot answer.
///   heuristic:
///     - {when: "sched_dep_hour >= 17 AND origin = 'EWR'", score: 0.33}
///     - {otherwise: 0.18}
/// Conditions are comparisons (= != < <= > >=, IN, NOT IN, IS [NOT] NULL) of a column with a number or quoted
/// text, joined by AND, OR, NOT and parentheses. A comparison with a missing value does not hold, so NOT of
/// it does.
class Heuristic {
 public:
  /// InvalidArgument with place: no rule, no `otherwise` at the end, a condition that cannot be read (with
  /// its position).
  static Result<Heuristic> Parse(const Node& rules);

  /// The value of a column in the row at hand: null, a number or text.
  using ColumnOf = std::function<const Json&(std::string_view column)>;
  double Score(const ColumnOf& row) const;

  /// The columns that the conditions read, each once.
  const std::vector<std::string>& columns() const { return columns_; }
  /// The rules as written, for pages and records.
  const Json& written() const { return written_; }

 private:
  struct Rule {
    query::Condition condition;  ///< Of the last rule: "always".
    double score = 0;
  };
  Result<> AddRule(const Node& rule, bool last);
  /// Checks the comparisons of a rule's condition and notes their columns.
  Result<> TakeColumns(const Node& when, query::Condition& condition);

  std::vector<Rule> rules_;
  std::vector<std::string> columns_;
  Json written_;
};

}  // namespace cairn::charter
