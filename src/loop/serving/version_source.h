#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/registry/registry.h"
#include "loop/runtime/format.h"

namespace cairn::serving {

/// A version, read and ready to run.
struct StoredVersion {
  std::int64_t version = 0;
  std::string manifest;  ///< Digest of its files.
  runtime::LoadedFolder folder;
  runtime::WorkerSettings worker = {};  ///< By which it was loaded.
};

/// Where versions come from. Safe from any thread; may take long.
class VersionSource {
 public:
  virtual ~VersionSource() = default;
  /// The version that the guarded alias of the model names; NotFound when it names none, Denied, saying how
  /// it can be done, when no decision put it there.
  virtual Result<std::int64_t> InProduction(const std::string& model) = 0;
  /// The version that was in production before the one that is there now, and that it did not return from;
  /// NotFound when there is none.
  virtual Result<std::int64_t> Previous(const std::string& model) = 0;
  /// All of the model's versions, by number; none for an unknown model.
  virtual Result<std::vector<std::int64_t>> List(const std::string& model) = 0;
  /// Denied, saying how it can be done, for a version that no decision lets answer; NotFound when there is no
  /// such version.
  virtual Result<> AllowAnswering(const std::string& model, std::int64_t version) = 0;
  /// Its files are compared with the manifest first: Corrupt when one differs. The errors of
  /// runtime::LoadModelFolder. `worker` is for a version that only Python can run.
  virtual Result<StoredVersion> Load(const std::string& model, std::int64_t version,
                                     const runtime::WorkerSettings& worker) = 0;
};

/// Versions of the registry in that database; both must outlive it.
std::unique_ptr<VersionSource> VersionsOf(registry::Registry& registry, sql::Database& database);

}  // namespace cairn::serving
