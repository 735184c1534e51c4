#include <array>
#include <cmath>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/charter/charter.h"
#include "loop/contract/contract.h"
#include "loop/contract/pattern.h"
#include "loop/contract/values/cell.h"

/// The contract block of cairn.yaml: the few things that most contracts say.
namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 5> kTypes = {"string", "integer", "number", "boolean", "timestamp"};

ColumnType TypeNamed(std::string_view name) {
  if (name == "integer") return ColumnType::Integer;
  if (name == "number") return ColumnType::Number;
  if (name == "boolean") return ColumnType::Boolean;
  return name == "timestamp" ? ColumnType::Timestamp : ColumnType::String;
}

Result<std::int64_t> DurationAt(const Node& node, std::string_view key) {
  const auto duration = charter::ParseDuration(CAIRN_TRY(TextAt(node, key)));
  if (!duration) return WrongAt(node, "'" + std::string(key) + "': " + duration.error().message);
  return *duration;
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
  if (const auto pattern = Pattern::Compile(rule.pattern); !pattern)
    return WrongAt(node, column + ": 'pattern' " + pattern.error().message);
  if (!rule.allowed.empty() && rule.type == ColumnType::Timestamp)
    return WrongAt(node, column + " is a timestamp: 'allowed' is for the other types");
  const ValueReader reader = CAIRN_TRY(ValueReader::Of(rule.type));
  for (const Json& value : rule.allowed) {
    if (!reader.Read(value).IsProper())
      return WrongAt(node, column + " allows " + ShownValue(value) + ", which is no " + type);
  }
  return Done{};
}

Result<ColumnRule> ParseColumn(const std::string& name, const Node& node) {
  ColumnRule rule;
  rule.name = name;
  if (node.IsNull()) return rule;
  if (!node.IsMap())
    return WrongAt(node, "column '" + name + "' must be a map such as {type: number, min: 0}");
  CAIRN_TRY(node.OnlyKeys(
      {"type", "nullable", "unique", "allowed", "min", "max", "pattern", "serving", "classification"}));
  rule.type = TypeNamed(CAIRN_TRY(ChoiceAt(node, "type", kTypes)));
  rule.nullable = CAIRN_TRY(TruthAt(node, "nullable", true));
  rule.unique = CAIRN_TRY(TruthAt(node, "unique", false));
  rule.serving = CAIRN_TRY(TruthAt(node, "serving", true));
  rule.min = CAIRN_TRY(NumberAt(node, "min"));
  rule.max = CAIRN_TRY(NumberAt(node, "max"));
  rule.pattern = CAIRN_TRY(TextAt(node, "pattern"));
  rule.classification = CAIRN_TRY(TextAt(node, "classification"));
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

Result<Contract> ReadShortForm(const Node& node) {
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
