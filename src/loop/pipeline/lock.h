#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// dvc.lock, schema 2.0: what each stage had read and made when it last ran. Both `dvc` and Cairn read what
/// the other wrote.
namespace cairn::pipeline {

struct LockedPath {
  std::string path;                    ///< As in dvc.yaml: relative to the stage's wdir, or an address.
  std::string md5;                     ///< Ends in ".dir" for a folder.
  std::optional<std::uint64_t> size;   ///< None when a web server does not say.
  std::optional<std::int64_t> nfiles;  ///< Of a folder.
  bool executable = false;
  /// What `md5` is, as dvc.lock names it: "md5", or of what lies at an address "etag" or "checksum"
  /// (repository::Sighting).
  std::string told_by = "md5";
};

/// The values of one parameter file, by dotted key, sorted.
using LockedParams = std::pair<std::string, std::vector<Json::Member>>;

struct LockedStage {
  std::string name;
  Json cmd;
  std::vector<LockedPath> deps;      ///< Sorted by path, as `outs`.
  std::vector<LockedParams> params;  ///< params.yaml first, the others sorted.
  std::vector<LockedPath> outs;
  /// The files that pin what is installed, with their MD5. Not in dvc.lock but in cairn.lock beside it; none
  /// when it is not known.
  std::vector<std::pair<std::string, std::string>> environment{};
  /// What was called for each item (ItemMap::Text), where it was run so. In cairn.lock too; "" when it is not
  /// known.
  std::string call{};

  const LockedPath* FindDep(std::string_view path) const;
  const LockedPath* FindOut(std::string_view path) const;
};

struct Lock {
  std::vector<LockedStage> stages;  ///< In the order in which they were first written.

  const LockedStage* Find(std::string_view name) const;
  LockedStage* Find(std::string_view name);
  /// Replaces the stage of that name, or adds it at the end.
  void Put(LockedStage stage);

 private:
  /// Made when it is first asked for, and whenever it does not fit `stages` any more.
  mutable std::unordered_map<std::string, std::size_t> places_;
};

/// An empty lock when the file is not there. InvalidArgument with the place when it is damaged or of another
/// schema.
Result<Lock> ReadLock(const std::string& project);
/// The same from a text.
Result<Lock> ParseLock(std::string_view text);
/// Replaces `<project>/dvc.lock` atomically.
Result<> WriteLock(const std::string& project, const Lock& lock);
/// The file's text.
std::string DumpLock(const Lock& lock);

/// A stage's entry by itself, as DVC's run cache has it; without its name, environment and call.
std::string DumpEntry(const LockedStage& stage);
/// InvalidArgument when it is none.
Result<LockedStage> ParseEntry(std::string_view text);

/// Adds what `text`, a cairn.lock, knows of the stages' environments and calls. What it says of a stage
/// counts only when it was written with the entry that the stage has in `lock`: `dvc` runs stages and leaves
/// cairn.lock as it is. A damaged text is InvalidArgument with the place.
Result<> AddEnvironments(std::string_view text, Lock& lock);
/// The text of cairn.lock; "" when no stage has an environment or a call.
std::string DumpEnvironments(const Lock& lock);

/// Equal as DVC compares parameters: 1, 1.0 and true are the same.
bool EqualParams(const Json& a, const Json& b);

}  // namespace cairn::pipeline
