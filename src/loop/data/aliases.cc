#include "loop/data/aliases.h"

#include <algorithm>
#include <limits>
#include <map>

#include "ledger/metadata/log.h"
#include "loop/data/dataset_table.h"

namespace cairn::data {
namespace {

constexpr const char* kSet = "data.alias_set";
constexpr const char* kRemoved = "data.alias_removed";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Result<> CheckAlias(std::string_view alias) {
  const auto allowed = [](char c) {
    return IsLetter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  if (!alias.empty() && alias != "latest" && IsLetter(alias.front()) && alias.size() <= 100 &&
      std::all_of(alias.begin(), alias.end(), allowed))
    return Done{};
  return Error{Reason::InvalidArgument,
               "'" + std::string(alias) +
                   "' is no name for a version: begin with a letter and go on with letters, digits, '.', '_' "
                   "and '-'; 'latest' is taken"};
}

/// The version that an alias names; 0 for none.
std::int64_t TargetIn(const std::vector<AliasRow>& aliases, std::string_view alias) {
  const auto found =
      std::find_if(aliases.begin(), aliases.end(), [&](const AliasRow& row) { return row.name == alias; });
  return found == aliases.end() ? 0 : found->version;
}

Json RowsOf(const std::map<std::pair<std::string, std::string>, std::int64_t>& standing) {
  Json rows = Json::Array();
  for (const auto& [key, version] : standing)
    rows.Push(Json{{"dataset", key.first}, {"alias", key.second}, {"version", version}});
  return rows;
}

Result<Json> Stored(sql::Database& database) {
  std::map<std::pair<std::string, std::string>, std::int64_t> standing;
  const auto read = [](sql::Connection& connection) { return SelectAliases(connection, ""); };
  for (const auto& row : CAIRN_TRY(database.Read(read))) standing[{row.dataset, row.name}] = row.version;
  return RowsOf(standing);
}

Result<Json> Recomputed(sql::Database& database) {
  metadata::EventFilter filter;
  filter.kind = "data.";
  filter.limit = std::numeric_limits<std::int64_t>::max();
  std::map<std::pair<std::string, std::string>, std::int64_t> standing;
  for (const auto& logged : CAIRN_TRY(metadata::Log(database).Read(filter))) {
    const Json& body = logged.event.body;
    const std::pair key(body.Text("dataset"), body.Text("alias"));
    if (logged.event.kind == kSet) standing[key] = body.Int("version");
    if (logged.event.kind == kRemoved) standing.erase(key);
  }
  return RowsOf(standing);
}

}  // namespace

Result<> SetAlias(Catalogue& catalogue, const DatasetVersion& version, std::string_view alias,
                  std::string_view actor) {
  CAIRN_TRY(CheckAlias(alias));
  const TimeMs now = catalogue.clock().Now();
  return catalogue.database().Transact([&](sql::Connection& connection) -> Result<> {
    const auto previous = TargetIn(CAIRN_TRY(SelectAliases(connection, version.dataset)), alias);
    if (previous == version.version) return Done{};
    CAIRN_TRY(PutAlias(connection, {version.dataset, std::string(alias), version.version}));
    CAIRN_TRY(metadata::Append(connection, now,
                               {kSet, SubjectOf(version), std::string(actor), "",
                                Json{{"dataset", version.dataset},
                                     {"alias", alias},
                                     {"version", version.version},
                                     {"previous", previous},
                                     {"digest", version.digest}}}));
    return Done{};
  });
}

Result<> RemoveAlias(Catalogue& catalogue, std::string_view dataset, std::string_view alias,
                     std::string_view actor) {
  const TimeMs now = catalogue.clock().Now();
  return catalogue.database().Transact([&](sql::Connection& connection) -> Result<> {
    const auto previous = TargetIn(CAIRN_TRY(SelectAliases(connection, dataset)), alias);
    if (previous == 0) {
      return Error{Reason::NotFound, "data set '" + std::string(dataset) + "' has no alias '" +
                                         std::string(alias) + "': `cairn data list " + std::string(dataset) +
                                         "` shows those it has"};
    }
    CAIRN_TRY(EraseAlias(connection, dataset, alias));
    CAIRN_TRY(metadata::Append(
        connection, now,
        {kRemoved, "dataset:" + std::string(dataset) + "@" + std::to_string(previous), std::string(actor), "",
         Json{{"dataset", dataset}, {"alias", alias}, {"previous", previous}}}));
    return Done{};
  });
}

metadata::DerivedTable AliasTable(sql::Database& database) {
  return {"dataset_alias", [&database] { return Stored(database); },
          [&database] { return Recomputed(database); }};
}

}  // namespace cairn::data
