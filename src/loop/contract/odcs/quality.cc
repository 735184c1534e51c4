#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/odcs/reading.h"

namespace cairn::contract::odcs {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"text", "library", "sql", "custom"};
constexpr std::array<std::string_view, 5> kMetrics = {"nullValues", "missingValues", "invalidValues",
                                                      "duplicateValues", "rowCount"};
constexpr std::array<std::string_view, 7> kDimensions = {
    "accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"};
constexpr std::array<std::string_view, 8> kOperators = {
    "mustBe",         "mustNotBe",           "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween",     "mustNotBeBetween"};
constexpr std::array<std::string_view, 6> kWarnings = {"info", "warning", "warn", "low", "minor", "trivial"};

/// What 3.0 called the metrics, under the key `rule`.
std::string MetricOfOld(std::string_view rule) {
  constexpr std::pair<std::string_view, std::string_view> kOld[] = {{"nullCheck", "nullValues"},
                                                                    {"nullCount", "nullValues"},
                                                                    {"missingCount", "missingValues"},
                                                                    {"duplicateCount", "duplicateValues"},
                                                                    {"uniqueCheck", "duplicateValues"},
                                                                    {"duplicateCheck", "duplicateValues"},
                                                                    {"validValues", "invalidValues"},
                                                                    {"invalidCount", "invalidValues"},
                                                                    {"rowCount", "rowCount"}};
  for (const auto& [old, now] : kOld) {
    if (old == rule) return std::string(now);
  }
  return std::string(rule);
}

Result<> CheckKeys(const Node& node) {
  return node.OnlyKeys({"id",
                        "authoritativeDefinitions",
                        "businessImpact",
                        "customProperties",
                        "description",
                        "dimension",
                        "method",
                        "name",
                        "schedule",
                        "scheduler",
                        "severity",
                        "tags",
                        "type",
                        "unit",
                        "metric",
                        "rule",
                        "arguments",
                        "validValues",
                        "query",
                        "engine",
                        "implementation",
                        "mustBe",
                        "mustNotBe",
                        "mustBeGreaterThan",
                        "mustBeGreaterOrEqualTo",
                        "mustBeLessThan",
                        "mustBeLessOrEqualTo",
                        "mustBeBetween",
                        "mustNotBeBetween"});
}

/// The one operator of a rule; null when there is none. Two would leave open which counts.
Result<const Node*> OperatorOf(const Node& node, std::string_view& which) {
  const Node* found = nullptr;
  for (const std::string_view name : kOperators) {
    const Node* given = node.Find(name);
    if (!given || given->IsNull()) continue;
    if (found)
      return WrongAt(*given, "'" + std::string(which) + "' and '" + std::string(name) +
                                 "' stand beside each other: a rule has one operator");
    found = given;
    which = name;
  }
  return found;
}

Result<double> NumberOf(const Node& node, std::string_view which) {
  const Json value = node.IsScalar() ? node.ToJson() : Json();
  if (!value.IsNumber()) return WrongAt(node, "'" + std::string(which) + "' must be a number");
  return value.AsDouble();
}

Result<Range> RangeOf(const Node& node, std::string_view which) {
  if (which == "mustBeBetween" || which == "mustNotBeBetween") {
    if (!node.IsList() || node.items().size() != 2)
      return WrongAt(node, "'" + std::string(which) + "' must be a list of two numbers, the smaller first");
    const double low = CAIRN_TRY(NumberOf(node.items()[0], which)),
                 high = CAIRN_TRY(NumberOf(node.items()[1], which));
    if (low > high) return WrongAt(node, "'" + std::string(which) + "' must name the smaller number first");
    return Range{low, high, false, false, which == "mustNotBeBetween"};
  }
  const double value = CAIRN_TRY(NumberOf(node, which));
  if (which == "mustBe") return Range::Exactly(value);
  if (which == "mustNotBe") return Range{value, value, false, false, true};
  if (which == "mustBeGreaterThan") return Range{value, {}, true};
  if (which == "mustBeGreaterOrEqualTo") return Range{value, {}};
  if (which == "mustBeLessThan") return Range{{}, value, false, true};
  return Range{{}, value};
}

/// A rule whose test's outcome an operator judges.
struct Judged {
  Test test;
  std::string what;  ///< "rows without a value"
};

Result<Judged> NullValues(const Node&, const Node*, const Subject&, const Table&) {
  return Judged{NotMissing{}, "rows without a value"};
}

Result<Judged> MissingValues(const Node& node, const Node* arguments, const Subject& subject, const Table&) {
  NotMissing test;
  if (const Node* list = arguments ? arguments->Find("missingValues") : nullptr)
    test.also = CAIRN_TRY(ValuesIn(*list, "missingValues", subject.type()));
  else if (arguments && !arguments->entries().empty())
    return WrongAt(node, "'missingValues' takes the argument 'missingValues', a list");
  return Judged{std::move(test), "rows without a value"};
}

Result<Judged> InvalidValues(const Node& node, const Node* arguments, const Subject& subject, const Table&) {
  if (arguments) CAIRN_TRY(arguments->OnlyKeys({"validValues", "pattern"}));
  const Node* list = arguments ? arguments->Find("validValues") : node.Find("validValues");
  const std::string pattern = arguments ? CAIRN_TRY(TextAt(*arguments, "pattern")) : "";
  if (!list == pattern.empty())
    return WrongAt(node, "'invalidValues' takes one argument: 'validValues', a list, or 'pattern'");
  if (!list) return Judged{Matches{{pattern}}, "values that do not match " + pattern};
  return Judged{OneOf{CAIRN_TRY(ValuesIn(*list, "validValues", subject.type()))}, "values out of the list"};
}

Result<Judged> DuplicateValues(const Node& node, const Node* arguments, const Subject& subject,
                               const Table& table) {
  Unique test;
  test.count_values = true;
  if (subject.column) {
    test.columns = {subject.column->name};
    return Judged{std::move(test), "values that stand more than once"};
  }
  if (arguments) {
    for (const auto& name : CAIRN_TRY(WordsAt(*arguments, "properties")))
      test.columns.push_back(table.ColumnOf(name));
  }
  if (test.columns.empty())
    return WrongAt(node, "'duplicateValues' of a table needs the argument 'properties', a list of columns");
  return Judged{test, "values of " + Join(test.columns, ", ") + " that stand more than once"};
}

Result<Judged> Judging(const std::string& metric, const Node& node, const Subject& subject,
                       const Table& table) {
  const Node* arguments = CAIRN_TRY(MapAt(node, "arguments"));
  if (metric == "rowCount") {
    if (subject.column) return WrongAt(node, "'rowCount' is about a table, and this is a property");
    return Judged{StatisticWithin{Statistic::Rows}, "rows"};
  }
  if (!subject.column && metric != "duplicateValues")
    return WrongAt(node, "'" + metric + "' is about a property, and this is a table");
  if (!subject.path.empty() && metric == "duplicateValues")
    return WrongAt(node, "'duplicateValues' is about a column, and not what lies in it");
  if (metric == "nullValues") return NullValues(node, arguments, subject, table);
  if (metric == "missingValues") return MissingValues(node, arguments, subject, table);
  if (metric == "invalidValues") return InvalidValues(node, arguments, subject, table);
  return DuplicateValues(node, arguments, subject, table);
}

bool IsPercent(std::string_view unit) {
  return EqualsIgnoringCase(unit, "percent") || EqualsIgnoringCase(unit, "percentage") || unit == "%";
}

Result<Rule> Library(const Node& node, const Subject& subject, const Table& table) {
  std::string metric = CAIRN_TRY(ChoiceAt(node, "metric", kMetrics));
  const bool old = metric.empty();
  if (old) metric = MetricOfOld(CAIRN_TRY(TextAt(node, "rule")));
  if (metric.empty()) return WrongAt(node, "a quality rule needs a 'metric', a 'query', or an 'engine'");
  if (std::find(kMetrics.begin(), kMetrics.end(), metric) == kMetrics.end())
    return WrongAt(node, "there is no metric '" + metric + "'." + Suggestion(metric, kMetrics));
  Judged judged = CAIRN_TRY(Judging(metric, node, subject, table));
  Rule rule = RuleOn(subject, metric, node);
  rule.test = std::move(judged.test);
  std::string_view which;
  const Node* given = CAIRN_TRY(OperatorOf(node, which));
  if (given)
    rule.allowance.range = CAIRN_TRY(RangeOf(*given, which));
  else if (!old)
    return WrongAt(node, "a rule needs an operator, such as 'mustBe: 0'");
  const bool percent = IsPercent(CAIRN_TRY(TextAt(node, "unit")));
  if (percent && metric == "rowCount") return WrongAt(node, "'unit: percent' makes no sense of 'rowCount'");
  if (percent) rule.allowance.unit = Allowance::Unit::Percent;
  rule.sentence = "the " + std::string(percent ? "percentage" : "number") + " of " + judged.what +
                  " must be " + rule.allowance.range.Words();
  if (metric == "rowCount") rule.serving = false;
  return rule;
}

Result<Rule> Sql(const Node& node, const Subject& subject, const Table&) {
  Rule rule = RuleOn(subject, "sql", node);
  QueryValue test;
  test.query = CAIRN_TRY(TextAt(node, "query"));
  if (Trim(test.query).empty()) return WrongAt(node, "a rule of type sql needs a 'query'");
  std::string_view which;
  const Node* given = CAIRN_TRY(OperatorOf(node, which));
  if (!given) return WrongAt(node, "a rule needs an operator, such as 'mustBe: 0'");
  if (which == "mustBe" && given->IsScalar() && !given->ToJson().IsNumber()) {
    test.text = given->kind() == Json::Kind::Bool ? given->ToJson().Dump() : given->text();
    rule.sentence = "the query must give '" + *test.text + "'";
  } else {
    rule.allowance.range = CAIRN_TRY(RangeOf(*given, which));
    rule.sentence = "the query must give " + rule.allowance.range.Words();
  }
  rule.test = std::move(test);
  rule.serving = false;
  return rule;
}

Result<Rule> Custom(const Node& node, const Subject& subject, const Table& table) {
  const std::string engine = CAIRN_TRY(TextAt(node, "engine"));
  if (engine.empty()) return WrongAt(node, "a rule of type custom needs an 'engine'");
  const Node* implementation = node.Find("implementation");
  if (!implementation || implementation->IsNull())
    return WrongAt(node, "a rule of type custom needs an 'implementation'");
  if (engine == "cairn") return ReadCairnRule(*implementation, subject, table);
  Rule rule = RuleOn(subject, engine, node);
  rule.test = Remark{"a rule of " + engine + ", which is not run here"};
  rule.sentence = "a rule of " + engine + ", which is not run here";
  return rule;
}

Result<Rule> Text(const Node& node, const Subject& subject) {
  Rule rule = RuleOn(subject, "text", node);
  rule.sentence = CAIRN_TRY(TextAt(node, "description"));
  rule.test = Remark{rule.sentence};
  return rule;
}

Result<Rule> ReadOne(const Node& node, const Subject& subject, const Table& table) {
  if (!node.IsMap()) return WrongAt(node, "a quality rule must be a map");
  CAIRN_TRY(CheckKeys(node));
  std::string kind = CAIRN_TRY(ChoiceAt(node, "type", kKinds));
  if (kind.empty() || node.Find("metric")) kind = "library";
  Rule rule;
  if (kind == "library") rule = CAIRN_TRY(Library(node, subject, table));
  if (kind == "sql") rule = CAIRN_TRY(Sql(node, subject, table));
  if (kind == "custom") rule = CAIRN_TRY(Custom(node, subject, table));
  if (kind == "text") rule = CAIRN_TRY(Text(node, subject));
  rule.where = node.Where();
  std::string name = CAIRN_TRY(TextAt(node, "name"));
  if (name.empty()) name = CAIRN_TRY(TextAt(node, "id"));
  if (!name.empty()) rule.name = (subject.place.empty() ? "" : subject.place + ": ") + name;
  rule.dimension = CAIRN_TRY(ChoiceAt(node, "dimension", kDimensions));
  const std::string severity = LowerAscii(CAIRN_TRY(TextAt(node, "severity")));
  rule.stops = std::find(kWarnings.begin(), kWarnings.end(), severity) == kWarnings.end();
  const bool serves = rule.serving;
  CAIRN_TRY(ReadEnvironments(node, rule.training, rule.serving));
  rule.serving = rule.serving && serves;
  return rule;
}

}  // namespace

Result<> ReadQuality(const Node& node, const Subject& subject, Table& table) {
  const Node* list = node.Find("quality");
  if (list->IsNull()) return Done{};
  if (!list->IsList()) return WrongAt(*list, "'quality' must be a list");
  for (const Node& one : list->items())
    table.contract.rules.push_back(CAIRN_TRY(ReadOne(one, subject, table)));
  return Done{};
}

}  // namespace cairn::contract::odcs
