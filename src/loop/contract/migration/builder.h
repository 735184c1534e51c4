#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"

namespace cairn::contract {

/// An ODCS document in the making: one table.
class OdcsBuilder {
 public:
  explicit OdcsBuilder(std::string_view name);

  /// The property of that name, added when it is new.
  Json& Property(const std::string& name);
  /// Adds a quality rule to a property, or to the table when `property` is "".
  void AddQuality(const std::string& property, Json rule);
  /// The same of a rule of engine cairn.
  void AddOwn(const std::string& property, Json implementation, std::string_view severity = "");
  /// Sets one of a property's logicalTypeOptions.
  void SetOption(const std::string& property, std::string name, Json value);
  void AddServiceLevel(Json level) { levels_.Push(std::move(level)); }

  const std::string& table() const { return table_; }
  /// The document, with a comment above it.
  std::string Text(std::string_view comment) const;

 private:
  std::string id_, table_;
  std::vector<std::string> order_;
  std::map<std::string, Json> properties_;
  std::map<std::string, Json> quality_;
  Json levels_ = Json::Array();
};

/// A name as the standard lets tables have it: letters, digits and underscores.
std::string TableName(std::string_view name);

}  // namespace cairn::contract
