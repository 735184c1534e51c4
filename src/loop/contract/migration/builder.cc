#include "loop/contract/migration/builder.h"

#include "ground/vocabulary/document.h"

namespace cairn::contract {

std::string TableName(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    plain += word ? c : '_';
  }
  return plain.empty() || (plain[0] >= '0' && plain[0] <= '9') ? "_" + plain : plain;
}

OdcsBuilder::OdcsBuilder(std::string_view name) : id_(name), table_(TableName(name)) {}

Json& OdcsBuilder::Property(const std::string& name) {
  const auto [found, added] = properties_.try_emplace(name, Json{{"name", name}});
  if (added) order_.push_back(name);
  return found->second;
}

void OdcsBuilder::AddQuality(const std::string& property, Json rule) {
  if (!property.empty()) Property(property);
  quality_[property].Push(std::move(rule));
}

void OdcsBuilder::AddOwn(const std::string& property, Json implementation, std::string_view severity) {
  Json rule{{"type", "custom"}, {"engine", "cairn"}, {"implementation", std::move(implementation)}};
  if (!severity.empty()) rule.Set("severity", severity);
  AddQuality(property, std::move(rule));
}

void OdcsBuilder::SetOption(const std::string& property, std::string name, Json value) {
  Json& of = Property(property);
  Json options = of.At("logicalTypeOptions");
  options.Set(std::move(name), std::move(value));
  of.Set("logicalTypeOptions", std::move(options));
}

std::string OdcsBuilder::Text(std::string_view comment) const {
  Json properties = Json::Array();
  for (const auto& name : order_) {
    Json property = properties_.at(name);
    if (const auto quality = quality_.find(name); quality != quality_.end())
      property.Set("quality", quality->second);
    properties.Push(std::move(property));
  }
  Json table{{"name", table_}, {"logicalType", "object"}};
  if (!order_.empty()) table.Set("properties", std::move(properties));
  if (const auto quality = quality_.find(""); quality != quality_.end())
    table.Set("quality", quality->second);
  Json document{
      {"apiVersion", "v3.1.0"}, {"kind", "DataContract"}, {"id", id_},
      {"version", "1.0.0"},     {"status", "draft"},      {"schema", Json::Array({std::move(table)})}};
  if (!levels_.items().empty()) document.Set("slaProperties", levels_);
  return "# " + std::string(comment) + "\n" + DumpYaml(document);
}

}  // namespace cairn::contract
