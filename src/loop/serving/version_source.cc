#include "loop/serving/version_source.h"

namespace cairn::serving {
namespace {

class RegisteredVersions final : public VersionSource {
 public:
  explicit RegisteredVersions(registry::Registry& registry) : registry_(registry) {}

  Result<std::int64_t> Named(const std::string& model, std::string_view alias) override {
    const auto found = registry_.FindByAlias(model, alias);
    if (found) return found->version;
    // An alias that is not set is answered in the words of MLflow's clients.
    const bool unset =
        found.error().reason == Reason::InvalidArgument || found.error().reason == Reason::NotFound;
    return Error{unset ? Reason::NotFound : found.error().reason, found.error().message};
  }

  Result<StoredVersion> Load(const std::string& model, std::int64_t number) override {
    const auto version = CAIRN_TRY(registry_.Find(model, number));
    CAIRN_TRY(registry_.Verify(version));
    auto folder = CAIRN_TRY(runtime::LoadModelFolder(CAIRN_TRY(registry_.FolderOf(version))));
    return StoredVersion{number, version.manifest, std::move(folder)};
  }

 private:
  registry::Registry& registry_;
};

}  // namespace

std::unique_ptr<VersionSource> VersionsOf(registry::Registry& registry) {
  return std::make_unique<RegisteredVersions>(registry);
}

}  // namespace cairn::serving
