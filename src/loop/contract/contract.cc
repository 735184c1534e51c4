#include "loop/contract/contract.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/charter/charter.h"
#include "loop/contract/pattern.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 5> kTypes = {"string", "integer", "number", "boolean", "timestamp"};

Result<std::int64_t> DurationAt(const Node& node, std::string_view key) {
  const auto duration = charter::ParseDuration(CAIRN_TRY(TextAt(node, key)));
  if (!duration) return WrongAt(node, "'" + std::string(key) + "': " + duration.error().message);
  return *duration;
}

std::string Shown(const Json& value) {
  return value.IsString() ? "'" + value.AsString() + "'" : value.Dump();
}

bool IsWholeDouble(const Json& value) {
  return value.IsNumber() && value.AsDouble() == std::floor(value.AsDouble()) &&
         std::fabs(value.AsDouble()) < 0x1p63;
}

bool Fits(ColumnType type, const Json& value) {
  switch (type) {
    case ColumnType::String:
      return value.IsString();
    case ColumnType::Integer:
      return value.IsInt() || IsWholeDouble(value);
    case ColumnType::Number:
      return value.IsNumber();
    case ColumnType::Boolean:
      return value.IsBool() || (value.IsInt() && (value.AsInt() == 0 || value.AsInt() == 1));
    case ColumnType::Timestamp:
      return (value.IsString() && ParseTime(value.AsString())) || value.IsInt();
  }
  return false;
}

bool Same(const Json& a, const Json& b) {
  if (a.IsNumber() && b.IsNumber()) return a.AsDouble() == b.AsDouble();
  if (a.IsBool() && b.IsInt()) return a.AsBool() == (b.AsInt() != 0);
  if (a.IsInt() && b.IsBool()) return Same(b, a);
  return a == b;
}

bool IsMissing(const Json& value) {
  return value.IsNull() || (value.IsNumber() && std::isnan(value.AsDouble()));
}

/// Bounds are for numbers, patterns for text, and what is allowed must be of the column's type: anything else
/// could never hold.
Result<> CheckRule(const ColumnRule& rule, const Node& node) {
  const bool number = rule.type == ColumnType::Integer || rule.type == ColumnType::Number;
  const std::string column = "column '" + rule.name + "'", type(NameOf(rule.type));
  if (!number && (rule.min || rule.max))
    return WrongAt(node, column + " is a " + type + ": 'min' and 'max' are for integer and number");
  if (rule.min && rule.max && *rule.min > *rule.max) return WrongAt(node, column + ": 'min' is above 'max'");
  if (!rule.pattern.empty() && rule.type != ColumnType::String)
    return WrongAt(node, column + " is a " + type + ": 'pattern' is for string");
  if (const std::string problem = PatternProblem(rule.pattern); !problem.empty())
    return WrongAt(node, column + ": 'pattern' is no regular expression: " + problem);
  if (!rule.allowed.empty() && rule.type == ColumnType::Timestamp)
    return WrongAt(node, column + " is a timestamp: 'allowed' is for the other types");
  for (const Json& value : rule.allowed) {
    if (!Fits(rule.type, value))
      return WrongAt(node, column + " allows " + Shown(value) + ", which is no " + type);
  }
  return Done{};
}

Result<ColumnRule> ParseColumn(const std::string& name, const Node& node) {
  ColumnRule rule;
  rule.name = name;
  if (node.IsNull()) return rule;
  if (!node.IsMap())
    return WrongAt(node, "column '" + name + "' must be a map such as {type: number, min: 0}");
  CAIRN_TRY(node.OnlyKeys({"type", "nullable", "unique", "allowed", "min", "max", "pattern", "serving"}));
  const std::string type = CAIRN_TRY(ChoiceAt(node, "type", kTypes));
  if (!type.empty())
    rule.type = static_cast<ColumnType>(std::find(kTypes.begin(), kTypes.end(), type) - kTypes.begin());
  rule.nullable = CAIRN_TRY(TruthAt(node, "nullable", true));
  rule.unique = CAIRN_TRY(TruthAt(node, "unique", false));
  rule.serving = CAIRN_TRY(TruthAt(node, "serving", true));
  rule.min = CAIRN_TRY(NumberAt(node, "min"));
  rule.max = CAIRN_TRY(NumberAt(node, "max"));
  rule.pattern = CAIRN_TRY(TextAt(node, "pattern"));
  if (const Node* allowed = node.Find("allowed"); allowed && !allowed->IsNull()) {
    if (!allowed->IsList()) return WrongAt(*allowed, "'allowed' must be a list");
    for (const Node& item : allowed->items()) {
      rule.allowed.push_back(rule.type == ColumnType::String ? Json(item.text()) : item.ToJson());
    }
  }
  CAIRN_TRY(CheckRule(rule, node));
  return rule;
}

}  // namespace

std::string_view NameOf(ColumnType type) { return kTypes[static_cast<std::size_t>(type)]; }

const ColumnRule* Contract::Find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ColumnRule& rule) { return rule.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::string Contract::Violation(const ColumnRule& rule, const Json& value) {
  if (IsMissing(value)) return rule.nullable ? "" : "is missing, and it must not be";
  if (!Fits(rule.type, value))
    return "is " + Shown(value) + ", which is no " + std::string(NameOf(rule.type));
  const bool listed = std::any_of(rule.allowed.begin(), rule.allowed.end(),
                                  [&](const Json& one) { return Same(one, value); });
  if (!rule.allowed.empty() && !listed)
    return "is " + Shown(value) + ", which is not among the allowed values";
  if (value.IsNumber() && rule.min && value.AsDouble() < *rule.min) {
    return "is " + Shown(value) + ", below the minimum " + ShortestText(*rule.min);
  }
  if (value.IsNumber() && rule.max && value.AsDouble() > *rule.max) {
    return "is " + Shown(value) + ", above the maximum " + ShortestText(*rule.max);
  }
  if (!rule.pattern.empty() && value.IsString() && !Matches(rule.pattern, value.AsString()))
    return "is " + Shown(value) + ", which does not match " + rule.pattern;
  return "";
}

Result<Contract> ParseContract(const Node& node) {
  Contract contract;
  CAIRN_TRY(node.OnlyKeys({"columns", "unique", "rows", "freshness"}));
  if (const Node* columns = CAIRN_TRY(MapAt(node, "columns"))) {
    for (const auto& entry : columns->entries())
      contract.columns.push_back(CAIRN_TRY(ParseColumn(entry.key, entry.value)));
  }
  contract.unique = CAIRN_TRY(WordsAt(node, "unique"));
  if (const Node* rows = CAIRN_TRY(MapAt(node, "rows"))) {
    CAIRN_TRY(rows->OnlyKeys({"min"}));
    contract.min_rows = static_cast<std::int64_t>(CAIRN_TRY(NumberAt(*rows, "min")).value_or(0));
  }
  if (const Node* freshness = CAIRN_TRY(MapAt(node, "freshness"))) {
    CAIRN_TRY(freshness->OnlyKeys({"column", "within"}));
    contract.freshness_column = CAIRN_TRY(TextAt(*freshness, "column"));
    if (contract.freshness_column.empty())
      return WrongAt(*freshness, "'freshness' needs a 'column' that holds a time");
    contract.freshness_ms = CAIRN_TRY(DurationAt(*freshness, "within"));
  }
  return contract;
}

}  // namespace cairn::contract
