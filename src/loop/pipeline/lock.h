#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// dvc.lock, schema 2.0: what each stage had read and made when it last ran. Both `dvc` and Cairn read what
/// the other wrote.
namespace cairn::pipeline {

struct LockedPath {
  std::string path;  ///< As in dvc.yaml: relative to the stage's wdir.
  std::string md5;   ///< Ends in ".dir" for a folder.
  std::uint64_t size = 0;
  std::optional<std::int64_t> nfiles;  ///< Of a folder.
  bool executable = false;
};

/// The values of one parameter file, by dotted key, sorted.
using LockedParams = std::pair<std::string, std::vector<Json::Member>>;

struct LockedStage {
  std::string name;
  Json cmd;
  std::vector<LockedPath> deps;      ///< Sorted by path, as `outs`.
  std::vector<LockedParams> params;  ///< params.yaml first, the others sorted.
  std::vector<LockedPath> outs;

  const LockedPath* FindDep(std::string_view path) const;
  const LockedPath* FindOut(std::string_view path) const;
};

struct Lock {
  std::vector<LockedStage> stages;  ///< In the order in which they were first written.

  const LockedStage* Find(std::string_view name) const;
  /// Replaces the stage of that name, or adds it at the end.
  void Put(LockedStage stage);
};

/// An empty lock when the file is not there. InvalidArgument with the place when it is damaged or of another
/// schema.
Result<Lock> ReadLock(const std::string& project);
/// Replaces `<project>/dvc.lock` atomically.
Result<> WriteLock(const std::string& project, const Lock& lock);
/// The file's text.
std::string DumpLock(const Lock& lock);

/// Equal as DVC compares parameters: 1, 1.0 and true are the same.
bool EqualParams(const Json& a, const Json& b);

}  // namespace cairn::pipeline
