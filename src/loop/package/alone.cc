#include "loop/package/alone.h"

namespace cairn::package {
namespace {

using serving::StoredVersion;

/// The version, held in memory.
class OnlyVersion final : public serving::VersionSource {
 public:
  explicit OnlyVersion(StoredVersion version) : version_(std::move(version)) {}

  Result<std::int64_t> InProduction(const std::string&) override { return version_.version; }
  Result<std::int64_t> Previous(const std::string& model) override {
    return Error{Reason::NotFound, "A package holds one version of '" + model + "', and no previous one."};
  }
  Result<std::vector<std::int64_t>> List(const std::string&) override {
    return std::vector{version_.version};
  }
  Result<> AllowAnswering(const std::string& model, std::int64_t version) override {
    return Known(model, version);
  }
  Result<StoredVersion> Load(const std::string& model, std::int64_t version,
                             const runtime::WorkerSettings&) override {
    CAIRN_TRY(Known(model, version));
    return version_;
  }

 private:
  Result<> Known(const std::string& model, std::int64_t version) const {
    if (version == version_.version) return Done{};
    return Error{Reason::NotFound, "The package holds version " + std::to_string(version_.version) + " of '" +
                                       model + "', and not " + std::to_string(version) + "."};
  }

  const StoredVersion version_;
};

/// Keeps nothing.
class NoLog final : public serving::PredictionLog {
 public:
  Result<> Append(const serving::Prediction&) override { return Done{}; }
  Result<> Sync() override { return Done{}; }
  Result<> CloseSegments() override { return Done{}; }
  Result<Position> Read(const Position& from,
                        const std::function<Result<>(const serving::Prediction&)>&) const override {
    return from;
  }
  Position End() const override { return {}; }
  Result<Json> Verify() const override {
    return Json{{"segments", 0}, {"open", 0}, {"records", 0}, {"removed", 0}};
  }
  Result<std::int64_t> Remove(TimeMs, const std::function<bool(std::int64_t)>&) override {
    return std::int64_t{0};
  }
  Counts counts() const override { return {}; }
  Result<> Note(TimeMs, const metadata::Event&) override { return Done{}; }
  Result<Json> LastNoted(const std::string&, const std::string&) const override { return Json(); }
  const serving::Mask& mask() const override { return mask_; }

 private:
  const serving::Mask mask_{""};
};

}  // namespace

Alone::Alone(const StoredVersion& version, const os::Clock& clock)
    : log_(std::make_unique<NoLog>()), service_(std::make_unique<OnlyVersion>(version), *log_, clock, 0) {}

Result<std::unique_ptr<Alone>> Alone::Start(const serving::Settings& settings, const StoredVersion& version,
                                            const os::Clock& clock) {
  std::unique_ptr<Alone> alone(new Alone(version, clock));
  CAIRN_TRY(alone->service_.Configure(settings));
  return alone;
}

}  // namespace cairn::package
