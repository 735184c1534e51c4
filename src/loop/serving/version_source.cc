#include "loop/serving/version_source.h"

#include <algorithm>

#include "loop/registry/predecessor.h"

namespace cairn::serving {
namespace {

class RegisteredVersions final : public VersionSource {
 public:
  RegisteredVersions(registry::Registry& registry, sql::Database& database)
      : registry_(registry), database_(database) {}

  Result<std::int64_t> InProduction(const std::string& model) override {
    const auto standing = CAIRN_TRY(registry_.StandingOf(model));
    if (standing.IsCovered()) return standing.version;
    if (standing.version == 0)
      return Error{Reason::NotFound, "No version of '" + model + "' is in production."};
    const std::string version = std::to_string(standing.version);
    return Error{Reason::Denied,
                 "Version " + version + " of '" + model +
                     "' stands in production, but no decision put it there, so it does not answer: `cairn "
                     "model consider " +
                     model + " " + version +
                     "` examines it, and once it is approved (`cairn model approve`) it does."};
  }

  Result<std::int64_t> Previous(const std::string& model) override {
    const std::int64_t version = CAIRN_TRY(registry::PredecessorOf(database_, registry_, model));
    if (version != 0) return version;
    return Error{Reason::NotFound, "No version of '" + model + "' was in production before the present one."};
  }

  Result<std::vector<std::int64_t>> List(const std::string& model) override {
    const auto versions = registry_.Versions(model);
    std::vector<std::int64_t> numbers;
    if (!versions && versions.error().reason == Reason::NotFound) return numbers;
    if (!versions) return versions.error();
    for (const auto& version : *versions) numbers.push_back(version.version);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }

  Result<> AllowAnswering(const std::string& model, std::int64_t version) override {
    auto allowed = registry_.AllowAnswering(model, version);
    // What is not there needs no decision.
    if (!allowed) CAIRN_TRY(registry_.Find(model, version));
    return allowed;
  }

  Result<StoredVersion> Load(const std::string& model, std::int64_t number,
                             const runtime::WorkerSettings& worker) override {
    const auto version = CAIRN_TRY(registry_.Find(model, number));
    CAIRN_TRY(registry_.Verify(version));
    auto folder = CAIRN_TRY(runtime::LoadModelFolder(CAIRN_TRY(registry_.FolderOf(version)), worker));
    return StoredVersion{number, version.manifest, std::move(folder), worker};
  }

 private:
  registry::Registry& registry_;
  sql::Database& database_;
};

}  // namespace

std::unique_ptr<VersionSource> VersionsOf(registry::Registry& registry, sql::Database& database) {
  return std::make_unique<RegisteredVersions>(registry, database);
}

}  // namespace cairn::serving
