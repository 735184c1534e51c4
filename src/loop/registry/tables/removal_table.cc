#include "loop/registry/tables/removal_table.h"

#include "loop/tracking/sentence.h"

namespace cairn::registry {
namespace {

using tracking::Sentence;

Result<std::optional<Origination>> FirstOf(sql::Connection& connection, const Sentence& sentence) {
  const auto rows = CAIRN_TRY(sentence.Run(connection));
  if (rows.empty()) return std::optional<Origination>();
  return std::optional(Origination{rows.front().Text(0), rows.front().Int(1), rows.front().Int(2) != 0});
}

Result<std::map<std::string, Origination>> VersionsFrom(sql::Connection& connection,
                                                        const std::string& column,
                                                        std::span<const sql::Value> ids) {
  std::map<std::string, Origination> versions;
  CAIRN_TRY(tracking::ForChunks(ids, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT m.name, v.version, v.deleted, v." + column +
                 " FROM model_version v JOIN registered_model m ON m.id = v.model WHERE v." + column +
                 " IN " + list + " ORDER BY v.deleted, m.name, v.version");
    for (const auto& row : CAIRN_TRY(sentence.Run(connection)))
      versions.try_emplace(row.Text(3), Origination{row.Text(0), row.Int(1), row.Int(2) != 0});
    return {};
  }));
  return versions;
}

}  // namespace

Result<> NoteRemovals(sql::Connection& connection, const std::vector<std::string>& paths, TimeMs now) {
  std::vector<sql::Value> rows;
  for (const auto& path : paths) rows.insert(rows.end(), {path, now});
  if (rows.empty()) return {};
  return connection.InsertRows("INSERT INTO artifact_removal (path, at_ms)", 2, rows,
                               "ON CONFLICT (path) DO NOTHING");
}

Result<std::vector<std::string>> ReadRemovals(sql::Connection& connection) {
  std::vector<std::string> paths;
  for (const auto& row : CAIRN_TRY(connection.Run("SELECT path FROM artifact_removal ORDER BY path")))
    paths.push_back(row.Text(0));
  return paths;
}

Result<> ForgetRemoval(sql::Connection& connection, const std::string& path) {
  CAIRN_TRY(connection.Run("DELETE FROM artifact_removal WHERE path = $1", {path}));
  return {};
}

Result<std::map<std::string, Origination>> VersionsFromRuns(sql::Connection& connection,
                                                            std::span<const sql::Value> run_ids) {
  return VersionsFrom(connection, "run_id", run_ids);
}

Result<std::map<std::string, Origination>> VersionsFromModels(sql::Connection& connection,
                                                              std::span<const sql::Value> model_ids) {
  return VersionsFrom(connection, "model_id", model_ids);
}

Result<std::optional<Origination>> VersionAt(sql::Connection& connection, const std::string& path,
                                             const Origination& except) {
  std::vector<sql::Value> at_or_above;
  for (auto end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1))
    at_or_above.emplace_back(path.substr(0, end));
  at_or_above.emplace_back(path);
  Sentence sentence;
  // What lies within `path` begins with it and '/'; '0' is the character after that.
  sentence.Add(
      "SELECT m.name, v.version, v.deleted FROM model_version v JOIN registered_model m ON m.id = v.model "
      "WHERE v.location <> '' AND (v.location IN " +
      sentence.BindList(at_or_above) + " OR (v.location > " + sentence.Bind(path + "/") +
      " AND v.location < " + sentence.Bind(path + "0") + ")) AND NOT (m.name = " +
      sentence.Bind(except.model) + " AND (v.version = " + sentence.Bind(except.version) + " OR " +
      sentence.Bind(except.version) + " = 0)) ORDER BY v.deleted, m.name, v.version LIMIT 1");
  return FirstOf(connection, sentence);
}

Result<> EraseUnusedManifest(sql::Connection& connection, const std::string& digest) {
  CAIRN_TRY(
      connection.Run("DELETE FROM version_manifest WHERE digest = $1 AND NOT EXISTS (SELECT 1 FROM "
                     "model_version WHERE manifest = $1 AND deleted = 0)",
                     {digest}));
  return {};
}

}  // namespace cairn::registry
