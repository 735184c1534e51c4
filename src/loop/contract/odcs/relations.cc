#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/contract/odcs/reading.h"

/// What a document says of other tables, and of how fresh this one is.
namespace cairn::contract::odcs {
namespace {

constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

std::optional<std::int64_t> UnitOf(std::string_view unit) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", kDay},         {"d", kDay},          {"day", kDay},        {"days", kDay},
      {"h", kHour},       {"hr", kHour},        {"hour", kHour},      {"hours", kHour},
      {"m", kMinute},     {"min", kMinute},     {"minute", kMinute},  {"minutes", kMinute},
      {"s", kSecond},     {"sec", kSecond},     {"second", kSecond},  {"seconds", kSecond},
      {"w", 7 * kDay},    {"week", 7 * kDay},   {"weeks", 7 * kDay},  {"y", 365 * kDay},
      {"yr", 365 * kDay}, {"year", 365 * kDay}, {"years", 365 * kDay}};
  for (const auto& [name, length] : kUnits) {
    if (EqualsIgnoringCase(name, unit)) return length;
  }
  return std::nullopt;
}

/// "P1DT12H": months count 30 days, years 365.
std::optional<std::int64_t> IsoDuration(std::string_view text) {
  if (text.size() < 3 || (text[0] != 'P' && text[0] != 'p')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t sum = 0;
  bool clock = false;
  while (!text.empty()) {
    if (text[0] == 'T' || text[0] == 't') {
      clock = true;
      text.remove_prefix(1);
      continue;
    }
    const auto digits = text.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto count = ParseDouble(text.substr(0, digits));
    const std::string letter = LowerAscii(text.substr(digits, 1));
    std::int64_t unit = 0;
    if (letter == "y") unit = 365 * kDay;
    if (letter == "m") unit = clock ? kMinute : 30 * kDay;
    if (letter == "w") unit = 7 * kDay;
    if (letter == "d") unit = kDay;
    if (letter == "h") unit = kHour;
    if (letter == "s") unit = kSecond;
    if (!count || unit == 0 || *count > 1e6) return std::nullopt;
    sum += static_cast<std::int64_t>(*count * static_cast<double>(unit));
    text.remove_prefix(digits + 1);
  }
  return sum;
}

/// A property in a table, as a relationship names it.
struct Reference {
  std::string table, property;
};

/// "customers.id", or "schema/<id>/properties/<id>" by ids; nothing when it leads out of the document.
std::optional<Reference> Resolve(const std::string& text, const Node& document) {
  if (text.find('#') != std::string::npos) return std::nullopt;
  if (text.find('/') == std::string::npos) {
    const auto dot = text.rfind('.');
    if (dot == std::string::npos) return std::nullopt;
    return Reference{text.substr(0, dot), text.substr(dot + 1)};
  }
  std::vector<std::string> steps;
  for (const auto step : Split(text, '/'))
    if (!step.empty()) steps.emplace_back(step);
  if (steps.size() != 4 || steps[0] != "schema" || steps[2] != "properties") return std::nullopt;
  const auto named = [](const Node* list, const std::string& id) -> const Node* {
    for (std::size_t i = 0; list && list->IsList() && i < list->items().size(); ++i) {
      const Node& one = list->items()[i];
      if (one.IsMap() && (TextAtPath(one, "id") == id || TextAtPath(one, "name") == id)) return &one;
    }
    return nullptr;
  };
  const Node* table = named(document.Find("schema"), steps[1]);
  const Node* property = table ? named(table->Find("properties"), steps[3]) : nullptr;
  if (!property) return std::nullopt;
  return Reference{TextAtPath(*table, "name"), TextAtPath(*property, "name")};
}

/// The column that a property of another table is in files.
std::string PhysicalOf(const Reference& reference, const Node& document) {
  const Node* schema = document.Find("schema");
  for (const Node& table : schema->items()) {
    if (TextAtPath(table, "name") != reference.table) continue;
    const Node* properties = table.Find("properties");
    for (std::size_t i = 0; properties && i < properties->items().size(); ++i) {
      const Node& one = properties->items()[i];
      const std::string physical = TextAtPath(one, "physicalName");
      if (TextAtPath(one, "name") == reference.property && !physical.empty()) return physical;
    }
  }
  return reference.property;
}

Rule Unfollowed(Rule rule, const std::string& to) {
  rule.sentence = "a reference to " + to + ", which is no table of this document";
  rule.test = Remark{rule.sentence};
  return rule;
}

/// The column of this table that a service level is about; "" when it is about another.
std::string ElementOf(const Node& level, const Node& document, const Table& table) {
  std::string element = TextAtPath(level, "element");
  if (element.empty()) element = TextAtPath(document, "slaDefaultElement");
  const auto dot = element.rfind('.');
  if (dot == std::string::npos) return table.physical.count(element) ? table.ColumnOf(element) : "";
  const std::string owner = element.substr(0, dot);
  return owner == table.contract.table || owner.ends_with("." + table.contract.table)
             ? table.ColumnOf(element.substr(dot + 1))
             : "";
}

}  // namespace

std::optional<std::int64_t> DurationIn(const Json& value, std::string_view unit) {
  if (value.IsString()) {
    if (const auto number = ParseDouble(value.AsString())) return DurationIn(*number, unit);
    return IsoDuration(value.AsString());
  }
  const auto length = UnitOf(unit);
  if (!value.IsNumber() || !length || !(value.AsDouble() >= 0) || value.AsDouble() > 1e9) return std::nullopt;
  return static_cast<std::int64_t>(value.AsDouble() * static_cast<double>(*length));
}

Result<Rule> ReadRelationship(const Node& node, const Subject& subject, const Table& table) {
  if (!node.IsMap()) return WrongAt(node, "a relationship is a map such as {to: customers.id}");
  CAIRN_TRY(node.OnlyKeys({"type", "from", "to", "customProperties", "id", "description"}));
  const auto to = CAIRN_TRY(WordsAt(node, "to")), from = CAIRN_TRY(WordsAt(node, "from"));
  if (to.empty()) return WrongAt(node, "a relationship needs 'to', such as customers.id");
  Rule rule = RuleOn(subject, "reference", node);
  rule.serving = false;
  InOther test;
  for (const auto& one : to) {
    const auto reference = Resolve(one, *table.document);
    if (!reference || (!test.other.table.empty() && test.other.table != reference->table))
      return Unfollowed(std::move(rule), Join(to, ", "));
    test.other.table = reference->table;
    test.other_columns.push_back(PhysicalOf(*reference, *table.document));
  }
  if (subject.root && !subject.path.empty()) return Unfollowed(std::move(rule), Join(to, ", "));
  if (subject.root) test.columns = {subject.root->name};
  for (const auto& one : from) {
    const auto reference = Resolve(one, *table.document);
    test.columns.push_back(table.ColumnOf(reference ? reference->property : one));
  }
  if (test.columns.size() != test.other_columns.size())
    return WrongAt(node, "'from' and 'to' must name as many columns");
  rule.sentence = Join(test.columns, ", ") + " must stand in " + Join(to, ", ");
  if (!subject.root) rule.name = Join(test.columns, ", ") + ": reference";
  rule.dimension = "consistency";
  rule.test = std::move(test);
  return rule;
}

Result<> ReadServiceLevels(const Node& document, Table& table) {
  const Node* levels = document.Find("slaProperties");
  for (std::size_t i = 0; levels && levels->IsList() && i < levels->items().size(); ++i) {
    const Node& level = levels->items()[i];
    const std::string property = TextAtPath(level, "property");
    if (property != "freshness" && property != "retention") continue;
    const std::string column = ElementOf(level, document, table);
    const Node* value = level.Find("value");
    if (column.empty() || !value) continue;
    const auto within = DurationIn(value->ToJson(), TextAtPath(level, "unit"));
    if (!within)
      return WrongAt(
          level, "'" + property + "' must be a number with a unit (d, h, m, s), or a duration such as P1D");
    Rule rule;
    rule.name = property + ": " + column;
    rule.column = column;
    rule.test = AgeWithin{property == "retention", *within};
    rule.sentence = std::string(property == "retention" ? "the oldest" : "the newest") +
                    " value must not be older than " + FormatDuration(*within);
    rule.serving = false;
    rule.dimension = "timeliness";
    rule.where = level.Where();
    table.contract.rules.push_back(std::move(rule));
  }
  return Done{};
}

}  // namespace cairn::contract::odcs
