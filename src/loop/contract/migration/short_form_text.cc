#include "loop/contract/migration/builder.h"
#include "loop/contract/odcs_text.h"

namespace cairn::contract {
namespace {

void AddColumn(const ColumnRule& column, OdcsBuilder& builder) {
  Json& property = builder.Property(column.name);
  property.Set("logicalType", std::string(NameOf(column.type)));
  if (!column.nullable) property.Set("required", true);
  if (column.unique) property.Set("unique", true);
  if (!column.serving)
    property.Set(
        "customProperties",
        Json::Array({Json{{"property", "cairn.environments"}, {"value", Json::Array({Json("training")})}}}));
  if (column.min) builder.SetOption(column.name, "minimum", *column.min);
  if (column.max) builder.SetOption(column.name, "maximum", *column.max);
  if (!column.pattern.empty()) builder.SetOption(column.name, "pattern", column.pattern);
  if (!column.allowed.empty())
    builder.AddQuality(column.name, Json{{"metric", "invalidValues"},
                                         {"arguments", Json{{"validValues", Json::Array(column.allowed)}}},
                                         {"mustBe", 0}});
}

/// The greatest unit of which the duration is a whole number.
Json ServiceLevel(const std::string& element, std::int64_t duration_ms) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}};
  for (const auto& [unit, length] : kUnits) {
    if (duration_ms % length == 0)
      return Json{
          {"property", "freshness"}, {"value", duration_ms / length}, {"unit", unit}, {"element", element}};
  }
  return Json{
      {"property", "freshness"}, {"value", duration_ms / 1000 + 1}, {"unit", "s"}, {"element", element}};
}

}  // namespace

std::string OdcsText(const Contract& contract, std::string_view name) {
  OdcsBuilder builder(name);
  for (const ColumnRule& column : contract.columns) AddColumn(column, builder);
  if (!contract.unique.empty()) {
    Json columns = Json::Array();
    for (const auto& column : contract.unique) columns.Push(column);
    builder.AddQuality("", Json{{"metric", "duplicateValues"},
                                {"arguments", Json{{"properties", std::move(columns)}}},
                                {"mustBe", 0}});
  }
  if (contract.min_rows > 0)
    builder.AddQuality("", Json{{"metric", "rowCount"}, {"mustBeGreaterOrEqualTo", contract.min_rows}});
  if (!contract.freshness_column.empty())
    builder.AddServiceLevel(
        ServiceLevel(builder.table() + "." + contract.freshness_column, contract.freshness_ms));
  return builder.Text("What the short form of cairn.yaml says, as an open data contract (ODCS 3.1).");
}

}  // namespace cairn::contract
