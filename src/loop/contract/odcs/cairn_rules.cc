#include <algorithm>
#include <array>
#include <cmath>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/charter/charter.h"
#include "loop/contract/odcs/reading.h"

/// The rules of `engine: cairn`. An implementation is a map of one rule, and what goes with it:
///
///   of a property
///     between: [low, high] or {min, max, strictMin, strictMax}      in, notIn: [values]
///     regex: 'text' or {any: […]} or {all: […]} or {none: […]}       length: as between
///     form: email | uuid | uri | hostname | ipv4 | ipv6 | json       multipleOf: number      notNull: true
///     mean, stdev, sum, min, max, median, distinct, distinctShare, missing: as between
///     quantile: {level: 0.95, min, max}                              unique: true
///     values: {among: […]} or {exactly: […]} or {including: […]}     mostFrequent: [values]
///     monotonic: increasing | decreasing | {direction, strictly}     freshness: 2d
///     distribution: {against: {file | dataset | table | edges, counts | values}, method, threshold}
///   of a table
///     compareColumns: {left, op, right, offset}                      sumOfColumns: {columns, min, max, …}
///     unique: [columns]        rows: as between                      columns: only | ordered
///     sql: a SELECT that must give no row                            condition: SQL that is true of each row
///   of either
///     foreignKey, leakage: {columns, file | dataset | table, references: [columns]}
///   beside value and row rules
///     mostly: 0.99
namespace cairn::contract::odcs {
namespace {

/// Where a rule is read.
struct Context {
  const Subject& subject;
  const Table& table;
  Rule& rule;

  std::string Column(const std::string& property) const { return table.ColumnOf(property); }
};

using Read = Result<> (*)(const Context& context, std::string_view word, const Node& node);

Result<> Bound(const Node& node, std::string_view key, std::string_view strict, const ColumnRule* column,
               std::optional<double>& bound, bool& open) {
  const Node* given = node.Find(key);
  if (!given || given->IsNull()) return Done{};
  bound = CAIRN_TRY(BoundIn(*given, column));
  open = CAIRN_TRY(TruthAt(node, strict, false));
  return Done{};
}

/// [low, high], a map of bounds, or one number. `column`: whose kind the bounds are of; null for plain
/// numbers.
Result<Range> RangeIn(const Node& node, const ColumnRule* column) {
  Range range;
  if (node.IsList()) {
    if (node.items().size() != 2) return WrongAt(node, "a range is a list of two, or a map of min and max");
    if (!node.items()[0].IsNull()) range.low = CAIRN_TRY(BoundIn(node.items()[0], column));
    if (!node.items()[1].IsNull()) range.high = CAIRN_TRY(BoundIn(node.items()[1], column));
  } else if (node.IsMap()) {
    CAIRN_TRY(Bound(node, "min", "strictMin", column, range.low, range.open_low));
    CAIRN_TRY(Bound(node, "max", "strictMax", column, range.high, range.open_high));
  } else {
    range.low = range.high = CAIRN_TRY(BoundIn(node, column));
  }
  if (!range.low && !range.high) return WrongAt(node, "a range needs a 'min' or a 'max'");
  if (range.low && range.high && *range.low > *range.high) return WrongAt(node, "'min' is above 'max'");
  return range;
}

Result<> OnlyBounds(const Node& node) {
  return node.IsMap() ? node.OnlyKeys({"min", "max", "strictMin", "strictMax"}) : Result<>();
}

Result<> ReadBetween(const Context& context, std::string_view, const Node& node) {
  CAIRN_TRY(OnlyBounds(node));
  const Range range = CAIRN_TRY(RangeIn(node, context.subject.column));
  context.rule.test = Within{range};
  context.rule.sentence = "must be " + range.Words(context.subject.type());
  return Done{};
}

Result<> ReadSet(const Context& context, std::string_view word, const Node& node) {
  OneOf test{CAIRN_TRY(ValuesIn(node, word, context.subject.type())), word == "in"};
  context.rule.sentence = std::string(test.listed ? "must be one of " : "must be none of ") +
                          std::to_string(test.values.size()) + " listed values";
  context.rule.test = std::move(test);
  return Done{};
}

Result<> ReadRegex(const Context& context, std::string_view, const Node& node) {
  Matches test;
  if (node.IsMap()) {
    CAIRN_TRY(node.OnlyKeys({"any", "all", "none"}));
    if (node.entries().size() != 1)
      return WrongAt(node, "'regex' is a text, or one of any, all and none with a list");
    const auto& [key, mark, list] = node.entries().front();
    test.patterns = CAIRN_TRY(WordsAt(node, key));
    test.which = key == "any"   ? Matches::Which::Any
                 : key == "all" ? Matches::Which::All
                                : Matches::Which::None;
  } else {
    test.patterns = {node.text()};
  }
  const std::string all = Join(test.patterns, " ");
  context.rule.sentence = (test.which == Matches::Which::None  ? "must not match "
                           : test.which == Matches::Which::Any ? "must match one of "
                                                               : "must match ") +
                          all;
  context.rule.test = std::move(test);
  return Done{};
}

Result<> ReadLength(const Context& context, std::string_view, const Node& node) {
  CAIRN_TRY(OnlyBounds(node));
  const Range range = CAIRN_TRY(RangeIn(node, nullptr));
  context.rule.test = LengthWithin{range};
  context.rule.sentence = "must have " + range.Words() + " characters";
  return Done{};
}

Result<> ReadForm(const Context& context, std::string_view, const Node& node) {
  context.rule.test = OfForm{node.text()};
  context.rule.sentence = "must be written as " + node.text();
  return Done{};
}

Result<> ReadMultiple(const Context& context, std::string_view, const Node& node) {
  const double factor = CAIRN_TRY(BoundIn(node, nullptr));
  context.rule.test = MultipleOf{factor};
  context.rule.sentence = "must be a multiple of " + ShortestText(factor);
  return Done{};
}

Result<> ReadNotNull(const Context& context, std::string_view, const Node&) {
  context.rule.test = NotMissing{};
  context.rule.sentence = "must have a value";
  return Done{};
}

Result<> ReadStatistic(const Context& context, std::string_view word, const Node& node) {
  constexpr std::pair<std::string_view, Statistic> kWords[] = {{"mean", Statistic::Mean},
                                                               {"stdev", Statistic::Deviation},
                                                               {"sum", Statistic::Sum},
                                                               {"min", Statistic::Least},
                                                               {"max", Statistic::Greatest},
                                                               {"median", Statistic::Median},
                                                               {"quantile", Statistic::Quantile},
                                                               {"distinct", Statistic::Distinct},
                                                               {"distinctShare", Statistic::DistinctShare},
                                                               {"missing", Statistic::Missing},
                                                               {"rows", Statistic::Rows}};
  StatisticWithin test;
  for (const auto& [name, statistic] : kWords)
    if (name == word) test.statistic = statistic;
  std::string name(word);
  if (test.statistic == Statistic::Quantile) {
    if (!node.IsMap()) return WrongAt(node, "'quantile' is a map such as {level: 0.95, max: 10}");
    CAIRN_TRY(node.OnlyKeys({"level", "min", "max", "strictMin", "strictMax"}));
    test.level = CAIRN_TRY(NumberAt(node, "level")).value_or(-1);
    if (!(test.level >= 0 && test.level <= 1)) return WrongAt(node, "'level' must be a number from 0 to 1");
    name = ShortestText(test.level) + "-quantile";
  } else {
    CAIRN_TRY(OnlyBounds(node));
  }
  const bool of_values = test.statistic == Statistic::Least || test.statistic == Statistic::Greatest ||
                         test.statistic == Statistic::Median || test.statistic == Statistic::Quantile;
  context.rule.allowance.range = CAIRN_TRY(RangeIn(node, of_values ? context.subject.column : nullptr));
  context.rule.sentence =
      "the " + name + " must be " +
      context.rule.allowance.range.Words(of_values ? context.subject.type() : ColumnType::Number);
  if (word == "rows")
    context.rule.sentence = "there must be " + context.rule.allowance.range.Words() + " rows";
  context.rule.test = test;
  context.rule.serving = false;
  return Done{};
}

Result<> ReadValues(const Context& context, std::string_view word, const Node& node) {
  ValuesAre test;
  const Node* list = &node;
  if (word == "mostFrequent") {
    test.which = ValuesAre::Which::MostFrequentAmong;
  } else {
    if (!node.IsMap() || node.entries().size() != 1)
      return WrongAt(node, "'values' is a map such as {among: [a, b]}");
    CAIRN_TRY(node.OnlyKeys({"among", "exactly", "including"}));
    const std::string& which = node.entries().front().key;
    list = &node.entries().front().value;
    test.which = which == "among"     ? ValuesAre::Which::Among
                 : which == "exactly" ? ValuesAre::Which::Exactly
                                      : ValuesAre::Which::Including;
  }
  test.values = CAIRN_TRY(ValuesIn(*list, word, context.subject.type()));
  constexpr std::string_view kSentences[] = {"its values must be among ", "its values must be exactly ",
                                             "its values must include ",
                                             "its most frequent value must be among "};
  context.rule.sentence = std::string(kSentences[static_cast<std::size_t>(test.which)]) +
                          std::to_string(test.values.size()) + " listed ones";
  context.rule.test = std::move(test);
  context.rule.serving = false;
  return Done{};
}

Result<> ReadMonotonic(const Context& context, std::string_view, const Node& node) {
  constexpr std::array<std::string_view, 2> kWays = {"increasing", "decreasing"};
  Ascending test;
  std::string way = node.IsScalar() ? node.text() : "";
  if (node.IsMap()) {
    CAIRN_TRY(node.OnlyKeys({"direction", "strictly"}));
    way = CAIRN_TRY(ChoiceAt(node, "direction", kWays));
    test.strictly = CAIRN_TRY(TruthAt(node, "strictly", false));
  }
  if (std::find(kWays.begin(), kWays.end(), way) == kWays.end())
    return WrongAt(node, "'monotonic' is increasing or decreasing." + Suggestion(way, kWays));
  test.descending = way == "decreasing";
  context.rule.sentence =
      "must be " + std::string(test.strictly ? "strictly " : "") + way + " from row to row";
  context.rule.test = test;
  context.rule.serving = false;
  return Done{};
}

Result<> ReadUnique(const Context& context, std::string_view, const Node& node) {
  Unique test;
  if (context.subject.column)
    test.columns = {context.subject.column->name};
  else if (node.IsList())
    for (const Node& item : node.items()) test.columns.push_back(context.Column(item.text()));
  if (test.columns.empty()) return WrongAt(node, "'unique' of a table is a list of columns");
  context.rule.sentence =
      test.columns.size() == 1 ? "must be unique" : Join(test.columns, ", ") + " together must name one row";
  context.rule.test = std::move(test);
  context.rule.serving = false;
  return Done{};
}

Result<> ReadFreshness(const Context& context, std::string_view, const Node& node) {
  const Node* within = node.IsMap() ? node.Find("within") : &node;
  if (node.IsMap()) CAIRN_TRY(node.OnlyKeys({"within", "column"}));
  if (!within) return WrongAt(node, "'freshness' needs 'within', such as 2d");
  const auto duration = charter::ParseDuration(within->text());
  if (!duration) return WrongAt(*within, duration.error().message);
  if (!context.subject.column) {
    const std::string column = node.IsMap() ? CAIRN_TRY(TextAt(node, "column")) : "";
    if (column.empty()) return WrongAt(node, "'freshness' of a table needs a 'column' that holds a time");
    context.rule.column = context.Column(column);
  }
  context.rule.test = AgeWithin{false, *duration};
  context.rule.sentence = "the newest value must not be older than " + FormatDuration(*duration);
  context.rule.serving = false;
  return Done{};
}

/// file, dataset or table of a map.
Result<Other> OtherIn(const Node& node) {
  Other other{CAIRN_TRY(TextAt(node, "file")), CAIRN_TRY(TextAt(node, "dataset")),
              CAIRN_TRY(TextAt(node, "table")), Json()};
  return other;
}

Result<> CheckOther(const Node& node, const Other& other) {
  const int given = int{!other.file.empty()} + int{!other.dataset.empty()} + int{!other.table.empty()} +
                    int{!other.counts.IsNull()};
  return given == 1 ? Result<>() : WrongAt(node, "name one other table: by 'file', 'dataset' or 'table'");
}

/// Counts written down in the contract: {edges, counts} or {values: {a: 10}}.
Result<Json> CountsIn(const Node& node) {
  if (const Node* edges = node.Find("edges")) {
    const Node* counts = node.Find("counts");
    const auto numbers = [](const Node* list) {
      return list && list->IsList() &&
             std::all_of(list->items().begin(), list->items().end(),
                         [](const Node& item) { return item.ToJson().IsNumber(); });
    };
    if (!numbers(edges) || !numbers(counts) || edges->items().size() != counts->items().size() + 1 ||
        edges->items().size() < 2)
      return WrongAt(node, "'edges' must be a list of numbers, and 'counts' one number shorter");
    Json rows = Json::Array();
    for (const Node& count : counts->items()) rows.Push(static_cast<std::int64_t>(count.ToJson().AsDouble()));
    return Json{{"edges", edges->ToJson()}, {"counts", std::move(rows)}};
  }
  const Node* values = CAIRN_TRY(MapAt(node, "values"));
  if (!values) return Json();
  for (const auto& entry : values->entries()) {
    if (entry.value.kind() != Json::Kind::Int)
      return WrongAt(entry.value, "'values' gives a number of rows for each value");
  }
  return Json{{"values", values->ToJson()}};
}

Result<> ReadDistribution(const Context& context, std::string_view, const Node& node) {
  if (!node.IsMap())
    return WrongAt(node, "'distribution' is a map such as {against: {file: reference.parquet}}");
  CAIRN_TRY(node.OnlyKeys({"against", "method", "threshold"}));
  const Node* against = CAIRN_TRY(MapAt(node, "against"));
  if (!against) return WrongAt(node, "'distribution' needs 'against', a reference");
  CAIRN_TRY(against->OnlyKeys({"file", "dataset", "table", "edges", "counts", "values"}));
  LikeOther test;
  test.other = CAIRN_TRY(OtherIn(*against));
  test.other.counts = CAIRN_TRY(CountsIn(*against));
  CAIRN_TRY(CheckOther(*against, test.other));
  test.method = CAIRN_TRY(TextAt(node, "method"));
  test.threshold = CAIRN_TRY(NumberAt(node, "threshold"));
  context.rule.sentence = "must be distributed as the reference";
  context.rule.test = std::move(test);
  context.rule.serving = false;
  return Done{};
}

Result<> ReadCompare(const Context& context, std::string_view, const Node& node) {
  if (!node.IsMap())
    return WrongAt(node, "'compareColumns' is a map such as {left: a, op: \"<=\", right: b}");
  CAIRN_TRY(node.OnlyKeys({"left", "op", "right", "offset"}));
  Compared test;
  test.left = context.Column(CAIRN_TRY(TextAt(node, "left")));
  if (context.subject.column && test.left.empty()) test.left = context.subject.column->name;
  test.right = context.Column(CAIRN_TRY(TextAt(node, "right")));
  if (test.left.empty() || test.right.empty())
    return WrongAt(node, "'compareColumns' needs 'left' and 'right'");
  constexpr std::array<std::string_view, 6> kOps = {"<", "<=", "==", "!=", ">=", ">"};
  std::string op = CAIRN_TRY(TextAt(node, "op"));
  if (op == "=") op = "==";
  const auto found = std::find(kOps.begin(), kOps.end(), op);
  if (found == kOps.end()) return WrongAt(node, "'op' is one of < <= == != >= >");
  test.comparison = static_cast<Comparison>(found - kOps.begin());
  const Node* offset = node.Find("offset");
  if (offset && !offset->ToJson().IsNumber()) {
    const auto duration = charter::ParseDuration(offset->text());
    if (!duration) return WrongAt(*offset, "'offset' is a number, or a duration such as 2d");
    test.offset = static_cast<double>(*duration);
  } else if (offset) {
    test.offset = offset->ToJson().AsDouble();
  }
  context.rule.column = "";
  context.rule.sentence =
      test.left + (offset ? " + " + offset->text() : "") + " must be " + op + " " + test.right;
  context.rule.test = std::move(test);
  return Done{};
}

Result<> ReadSumOfColumns(const Context& context, std::string_view, const Node& node) {
  if (!node.IsMap())
    return WrongAt(node, "'sumOfColumns' is a map such as {columns: [a, b], min: 1, max: 1}");
  CAIRN_TRY(node.OnlyKeys({"columns", "min", "max", "strictMin", "strictMax"}));
  SumWithin test;
  for (const auto& name : CAIRN_TRY(WordsAt(node, "columns"))) test.columns.push_back(context.Column(name));
  if (test.columns.empty()) return WrongAt(node, "'sumOfColumns' needs 'columns'");
  test.range = CAIRN_TRY(RangeIn(node, nullptr));
  context.rule.sentence = "the sum of " + Join(test.columns, ", ") + " must be " + test.range.Words();
  context.rule.test = std::move(test);
  return Done{};
}

Result<> ReadColumnList(const Context& context, std::string_view, const Node& node) {
  if (node.text() != "only" && node.text() != "ordered") return WrongAt(node, "'columns' is only or ordered");
  context.rule.test = OnlyTheseColumns{node.text() == "ordered"};
  context.rule.sentence = node.text() == "ordered"
                              ? "there must be these columns, in this order, and no others"
                              : "there must be no columns but these";
  context.rule.serving = false;
  return Done{};
}

Result<> ReadOther(const Context& context, std::string_view word, const Node& node) {
  if (!node.IsMap())
    return WrongAt(node, "'" + std::string(word) + "' is a map such as {columns: [id], file: other.csv}");
  CAIRN_TRY(node.OnlyKeys({"columns", "references", "file", "dataset", "table"}));
  InOther test;
  for (const auto& name : CAIRN_TRY(WordsAt(node, "columns"))) test.columns.push_back(context.Column(name));
  if (test.columns.empty() && context.subject.column) test.columns = {context.subject.column->name};
  test.other_columns = CAIRN_TRY(WordsAt(node, "references"));
  if (test.other_columns.empty()) test.other_columns = CAIRN_TRY(WordsAt(node, "columns"));
  if (test.other_columns.empty()) test.other_columns = test.columns;
  if (test.columns.empty() || test.columns.size() != test.other_columns.size())
    return WrongAt(node, "'" + std::string(word) + "' needs 'columns', and as many in 'references'");
  test.other = CAIRN_TRY(OtherIn(node));
  CAIRN_TRY(CheckOther(node, test.other));
  test.disjoint = word == "leakage";
  const std::string where = test.other.file + test.other.dataset + test.other.table;
  context.rule.sentence =
      Join(test.columns, ", ") + (test.disjoint ? " must not stand in " : " must stand in ") + where;
  context.rule.test = std::move(test);
  context.rule.serving = false;
  return Done{};
}

Result<> ReadSql(const Context& context, std::string_view word, const Node& node) {
  if (Trim(node.text()).empty()) return WrongAt(node, "'" + std::string(word) + "' is a text of SQL");
  if (word == "sql") {
    context.rule.test = QueryRows{node.text()};
    context.rule.sentence = "the query must give no row";
  } else {
    context.rule.test = Condition{node.text()};
    context.rule.sentence = "must hold: " + node.text();
  }
  context.rule.serving = false;
  return Done{};
}

struct Word {
  std::string_view name;
  bool of_column, of_table;
  bool mostly;  ///< Whether some may break it.
  Read read;
};
constexpr Word kWords[] = {
    {"between", true, false, true, ReadBetween},
    {"in", true, false, true, ReadSet},
    {"notIn", true, false, true, ReadSet},
    {"regex", true, false, true, ReadRegex},
    {"length", true, false, true, ReadLength},
    {"form", true, false, true, ReadForm},
    {"multipleOf", true, false, true, ReadMultiple},
    {"notNull", true, false, true, ReadNotNull},
    {"mean", true, false, false, ReadStatistic},
    {"stdev", true, false, false, ReadStatistic},
    {"sum", true, false, false, ReadStatistic},
    {"min", true, false, false, ReadStatistic},
    {"max", true, false, false, ReadStatistic},
    {"median", true, false, false, ReadStatistic},
    {"quantile", true, false, false, ReadStatistic},
    {"distinct", true, false, false, ReadStatistic},
    {"distinctShare", true, false, false, ReadStatistic},
    {"missing", true, false, false, ReadStatistic},
    {"rows", false, true, false, ReadStatistic},
    {"values", true, false, false, ReadValues},
    {"mostFrequent", true, false, false, ReadValues},
    {"monotonic", true, false, true, ReadMonotonic},
    {"unique", true, true, true, ReadUnique},
    {"freshness", true, true, false, ReadFreshness},
    {"distribution", true, false, false, ReadDistribution},
    {"compareColumns", true, true, true, ReadCompare},
    {"sumOfColumns", false, true, true, ReadSumOfColumns},
    {"columns", false, true, false, ReadColumnList},
    {"foreignKey", true, true, true, ReadOther},
    {"leakage", true, true, true, ReadOther},
    {"sql", true, true, false, ReadSql},
    {"condition", false, true, true, ReadSql},
};

Result<> ReadMostly(const Node& map, const Word& word, Rule& rule) {
  const auto mostly = CAIRN_TRY(NumberAt(map, "mostly"));
  if (!mostly) return Done{};
  if (!word.mostly)
    return WrongAt(*map.Find("mostly"), "'mostly' makes no sense of '" + std::string(word.name) + "'");
  if (!(*mostly > 0 && *mostly <= 1))
    return WrongAt(*map.Find("mostly"), "'mostly' must be above 0 and at most 1");
  rule.allowance = {Allowance::Unit::Fitting, {*mostly, {}}};
  rule.sentence += " in at least " + ShortestText(100 * *mostly) + "% of the rows";
  return Done{};
}

/// Only what a value shows by itself can be said of what lies inside a column.
bool IsOfValue(std::string_view word) {
  constexpr std::array<std::string_view, 8> kValue = {"between", "in",   "notIn",      "regex",
                                                      "length",  "form", "multipleOf", "notNull"};
  return std::find(kValue.begin(), kValue.end(), word) != kValue.end();
}

}  // namespace

Result<Rule> ReadCairnRule(const Node& node, const Subject& subject, const Table& table) {
  if (node.IsScalar()) {
    const Node inner = CAIRN_TRY(ParseYaml(node.text(), node.Where()));
    if (!inner.IsMap()) return WrongAt(node, "'implementation' must be a map such as {between: [0, 10]}");
    return ReadCairnRule(inner, subject, table);
  }
  if (!node.IsMap()) return WrongAt(node, "'implementation' must be a map such as {between: [0, 10]}");
  const Word* found = nullptr;
  const Node* about = nullptr;
  std::vector<std::string_view> known = {"mostly"};
  for (const Word& word : kWords) {
    if (subject.column ? word.of_column : word.of_table) known.push_back(word.name);
    const Node* given = node.Find(word.name);
    if (!given) continue;
    if (found)
      return WrongAt(node, "'" + std::string(found->name) + "' and '" + std::string(word.name) +
                               "' stand beside each other: write two rules");
    found = &word;
    about = given;
  }
  for (const auto& entry : node.entries()) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    return WrongAt(entry.value, "there is no rule '" + entry.key + "' for a " +
                                    (subject.column ? "property" : "table") + "." +
                                    Suggestion(entry.key, known));
  }
  if (!found) return WrongAt(node, "'implementation' names no rule");
  if (!subject.path.empty() && !IsOfValue(found->name))
    return WrongAt(node, "'" + std::string(found->name) + "' is about a column, and not what lies in it");
  Rule rule = RuleOn(subject, found->name, node);
  CAIRN_TRY(found->read({subject, table, rule}, found->name, *about));
  CAIRN_TRY(ReadMostly(node, *found, rule));
  return rule;
}

}  // namespace cairn::contract::odcs
