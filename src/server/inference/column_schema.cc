#include "server/inference/column_schema.h"

#include <algorithm>
#include <cmath>

namespace cairn::inference {
namespace {

using contract::ColumnRule;
using contract::ColumnType;
using runtime::DataType;

Json Types(std::initializer_list<const char*> names, bool nullable) {
  Json types = Json::Array();
  for (const char* name : names) types.Push(name);
  if (nullable) types.Push("null");
  return types.items().size() == 1 ? types.items()[0] : types;
}

Json TypesOf(ColumnType type, bool nullable) {
  switch (type) {
    case ColumnType::String:
    case ColumnType::Date:
    case ColumnType::Time:
      return Types({"string"}, nullable);
    case ColumnType::Integer:
      return Types({"integer"}, nullable);
    case ColumnType::Number:
      return Types({"number"}, nullable);
    case ColumnType::Boolean:
      return Types({"boolean"}, nullable);
    case ColumnType::Timestamp:
      return Types({"string", "integer"}, nullable);
    case ColumnType::Array:
      return Types({"array"}, nullable);
    case ColumnType::Object:
      return Types({"object"}, nullable);
    case ColumnType::Any:
      break;
  }
  return nullptr;
}

Json BoundOf(double bound) {
  return std::trunc(bound) == bound && std::abs(bound) < 0x1p53 ? Json(static_cast<std::int64_t>(bound))
                                                                : Json(bound);
}

/// Bounds of times are milliseconds and have no place in a schema of texts.
void AddBounds(Json& schema, const ColumnRule& rule) {
  if (rule.type != ColumnType::Integer && rule.type != ColumnType::Number) return;
  if (rule.min) schema.Set(rule.open_min ? "exclusiveMinimum" : "minimum", BoundOf(*rule.min));
  if (rule.max) schema.Set(rule.open_max ? "exclusiveMaximum" : "maximum", BoundOf(*rule.max));
}

Json SchemaOf(const ColumnRule& rule) {
  Json schema = Json::Object();
  if (Json types = TypesOf(rule.type, rule.nullable); !types.IsNull()) schema.Set("type", std::move(types));
  if (!rule.description.empty()) schema.Set("description", rule.description);
  if (!rule.allowed.empty()) {
    Json values = Json::Array(rule.allowed);
    if (rule.nullable) values.Push(nullptr);
    schema.Set("enum", std::move(values));
  }
  AddBounds(schema, rule);
  if (rule.type != ColumnType::String) return schema;
  if (rule.min_length) schema.Set("minLength", BoundOf(*rule.min_length));
  if (rule.max_length) schema.Set("maxLength", BoundOf(*rule.max_length));
  return schema;
}

bool IsAsserted(const serving::Settings& settings) {
  return settings.check_inputs && !settings.contract.columns.empty();
}

}  // namespace

Json ElementSchema(DataType type) {
  switch (type) {
    case DataType::Bool:
      return Json{{"type", Types({"boolean", "integer"}, true)}};
    case DataType::Bytes:
      return Json{{"type", Types({"string"}, true)}};
    case DataType::Fp16:
    case DataType::Bf16:
    case DataType::Fp32:
    case DataType::Fp64:
      return Json{{"type", Types({"number"}, true)}};
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
    case DataType::Uint64:
      return Json{{"type", Types({"integer"}, true)}, {"minimum", 0}};
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
    case DataType::Int64:
      return Json{{"type", Types({"integer"}, true)}};
  }
  return Json::Object();
}

Json ColumnSchema(const std::string& column, const serving::Offer& offer, const serving::Settings& settings) {
  if (const auto* rule = settings.contract.Find(column); rule && IsAsserted(settings)) return SchemaOf(*rule);
  const auto& inputs = offer.signature.inputs;
  if (offer.matrix) return ElementSchema(inputs[0].type);
  const auto port =
      std::find_if(inputs.begin(), inputs.end(), [&](const auto& one) { return one.name == column; });
  return port == inputs.end() ? Json::Object() : ElementSchema(port->type);
}

Json RowSchema(const serving::Offer& offer, const serving::Settings& settings) {
  Json properties = Json::Object(), required = Json::Array();
  for (const std::string& column : offer.columns) {
    properties.Set(column, ColumnSchema(column, offer, settings));
    required.Push(column);
  }
  for (const auto& rule : settings.contract.columns)
    if (rule.serving && !properties.Find(rule.name))
      properties.Set(rule.name, ColumnSchema(rule.name, offer, settings));
  Json schema{{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
  if (IsAsserted(settings)) schema.Set("additionalProperties", false);
  return schema;
}

}  // namespace cairn::inference
