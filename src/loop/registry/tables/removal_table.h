#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/time.h"
#include "loop/registry/tables/version_table.h"

/// SQL about what erasing takes along and must leave.
namespace cairn::registry {

Result<> NoteRemovals(sql::Connection& connection, const std::vector<std::string>& paths, TimeMs now);
Result<std::vector<std::string>> ReadRemovals(sql::Connection& connection);
Result<> ForgetRemoval(sql::Connection& connection, const std::string& path);

/// A version that was made from something and is still there, or was deleted and has a decision about it.
struct Origination {
  std::string model;
  std::int64_t version = 0;
  bool deleted = false;
};
/// The versions that were registered from these runs, or from these logged models: one of each, by what it
/// was made from.
Result<std::map<std::string, Origination>> VersionsFromRuns(sql::Connection& connection,
                                                            std::span<const sql::Value> run_ids);
Result<std::map<std::string, Origination>> VersionsFromModels(sql::Connection& connection,
                                                              std::span<const sql::Value> model_ids);
/// The first version, other than `except`, whose files are at, above or below `path`.
Result<std::optional<Origination>> VersionAt(sql::Connection& connection, const std::string& path,
                                             const Origination& except);
/// Erases manifests that no version names any more.
Result<> EraseUnusedManifest(sql::Connection& connection, const std::string& digest);

}  // namespace cairn::registry
