#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/registry/registry.h"

/// Every SQL sentence about registered models, their tags and aliases.
namespace cairn::registry {

/// A model's row: the public part, and the id that everything about it hangs on, which outlives its name.
struct StoredModel {
  std::string id;
  RegisteredModel model;
};

inline constexpr std::string_view kModelColumns = "m.id, m.name, m.description, m.created_ms, m.updated_ms";
StoredModel StoredModelOf(const sql::Row& row);

/// AlreadyExists when the name is taken.
Result<> InsertModel(sql::Connection& connection, const StoredModel& stored);
/// Without tags and aliases. NotFound when there is none.
Result<StoredModel> ReadModel(sql::Connection& connection, std::string_view name);
/// Writes name, description and updated_ms. AlreadyExists when the name is taken.
Result<> UpdateModel(sql::Connection& connection, const StoredModel& stored);
/// The model and all that hangs on it, versions too.
Result<> EraseModel(sql::Connection& connection, std::string_view id);
/// Fills tags and aliases of all of them.
Result<> ReadModelRecords(sql::Connection& connection, std::span<StoredModel> models);

Result<> UpsertModelTag(sql::Connection& connection, std::string_view id, const Tag& tag);
Result<> EraseModelTag(sql::Connection& connection, std::string_view id, std::string_view key);

/// By name.
Result<std::vector<Alias>> ReadAliases(sql::Connection& connection, std::string_view id);
/// The version that the alias names; 0 when it is not set.
Result<std::int64_t> AliasTarget(sql::Connection& connection, std::string_view id, std::string_view alias);
Result<> UpsertAlias(sql::Connection& connection, std::string_view id, const Alias& alias);
Result<> EraseAlias(sql::Connection& connection, std::string_view id, std::string_view alias);

/// An alias with the name of its model.
struct StandingAlias {
  std::string model;
  Alias alias;
};
/// All there are, by model and name.
Result<std::vector<StandingAlias>> AllAliases(sql::Connection& connection);

}  // namespace cairn::registry
