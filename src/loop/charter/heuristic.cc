#include "loop/charter/heuristic.h"

#include <algorithm>

#include "ground/query/query.h"
#include "ground/vocabulary/section.h"

namespace cairn::charter {
namespace {

using query::Comparator;
using query::Comparison;
using query::Literal;

/// -1, 0 or 1 as `value` stands to `literal`; 2 when the two cannot be compared.
int Order(const Json& value, const Literal& literal) {
  if (literal.kind == Literal::Kind::Number) {
    if (!value.IsNumber()) return 2;
    const double number = value.AsDouble();
    return number < literal.number ? -1 : number > literal.number ? 1 : number == literal.number ? 0 : 2;
  }
  if (!value.IsString()) return 2;
  const int order = value.AsString().compare(literal.text);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool Holds(const Comparison& condition, const Json& value) {
  if (condition.comparator == Comparator::IsNull) return value.IsNull();
  if (condition.comparator == Comparator::IsNotNull) return !value.IsNull();
  if (value.IsNull()) return false;
  const bool listed = std::any_of(condition.values.begin(), condition.values.end(),
                                  [&](const Literal& literal) { return Order(value, literal) == 0; });
  const int order = Order(value, condition.values.front());
  switch (condition.comparator) {
    case Comparator::Equal:
      return order == 0;
    case Comparator::NotEqual:
      return order != 0;
    case Comparator::Less:
      return order == -1;
    case Comparator::LessOrEqual:
      return order == -1 || order == 0;
    case Comparator::Greater:
      return order == 1;
    case Comparator::GreaterOrEqual:
      return order == 1 || order == 0;
    case Comparator::In:
      return listed;
    case Comparator::NotIn:
      return !listed;
    case Comparator::Like:
    case Comparator::ILike:
    case Comparator::IsNull:
    case Comparator::IsNotNull:
      return false;
  }
  return false;
}

bool Holds(const query::Condition& condition, const Heuristic::ColumnOf& row) {
  const auto holds = [&](const query::Condition& part) { return Holds(part, row); };
  switch (condition.kind) {
    case query::Condition::Kind::Comparison:
      return Holds(condition.comparison, row(condition.comparison.name.key));
    case query::Condition::Kind::All:
      return std::all_of(condition.parts.begin(), condition.parts.end(), holds);
    case query::Condition::Kind::Any:
      return std::any_of(condition.parts.begin(), condition.parts.end(), holds);
    case query::Condition::Kind::Not:
      return !holds(condition.parts.front());
  }
  return false;
}

}  // namespace

Result<Heuristic> Heuristic::Parse(const Node& rules) {
  if (!rules.IsList() || rules.items().empty()) {
    return WrongAt(
        rules, "'heuristic' must be a list of rules, each {when: …, score: …}, ending with {otherwise: …}");
  }
  Heuristic heuristic;
  heuristic.written_ = rules.ToJson();
  for (std::size_t i = 0; i < rules.items().size(); ++i) {
    CAIRN_TRY(heuristic.AddRule(rules.items()[i], i + 1 == rules.items().size()));
  }
  return heuristic;
}

Result<> Heuristic::AddRule(const Node& rule, bool last) {
  if (!rule.IsMap()) return WrongAt(rule, "a rule is a map: {when: …, score: …} or {otherwise: …}");
  CAIRN_TRY(rule.OnlyKeys({"when", "score", "otherwise"}));
  const Node* score = rule.Find(last ? "otherwise" : "score");
  if (!score) return WrongAt(rule, last ? "the last rule must be {otherwise: …}" : "this rule has no score");
  if (!score->IsScalar() || !score->ToJson().IsNumber()) return WrongAt(*score, "a score must be a number");
  Rule read;
  read.score = score->ToJson().AsDouble();
  if (!last) {
    const Node* when = rule.Find("when");
    if (!when || !when->IsScalar()) return WrongAt(rule, "this rule has no condition 'when'");
    auto condition = query::ParseFilter(when->text());
    if (!condition) return WrongAt(*when, condition.error().message);
    if (condition->parts.empty()) return WrongAt(*when, "this condition is empty");
    CAIRN_TRY(TakeColumns(*when, *condition));
    read.condition = std::move(*condition);
  }
  rules_.push_back(std::move(read));
  return Done{};
}

Result<> Heuristic::TakeColumns(const Node& when, query::Condition& condition) {
  for (auto& part : condition.parts) CAIRN_TRY(TakeColumns(when, part));
  if (condition.kind != query::Condition::Kind::Comparison) return Done{};
  Comparison& one = condition.comparison;
  if (one.comparator == Comparator::Like || one.comparator == Comparator::ILike) {
    return WrongAt(when, "LIKE has no place in a heuristic: compare with = or IN");
  }
  if (!one.name.function.empty()) {
    return WrongAt(when, "a heuristic compares columns as they are, without '" + one.name.function + "()'");
  }
  if (!one.name.prefix.empty()) one.name.key = one.name.prefix + "." + one.name.key;
  if (std::find(columns_.begin(), columns_.end(), one.name.key) == columns_.end())
    columns_.push_back(one.name.key);
  return Done{};
}

double Heuristic::Score(const ColumnOf& row) const {
  for (const Rule& rule : rules_) {
    if (Holds(rule.condition, row)) return rule.score;
  }
  return rules_.back().score;
}

}  // namespace cairn::charter
