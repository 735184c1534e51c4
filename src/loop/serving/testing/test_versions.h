#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ground/os/testing/crash_disk.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "loop/runtime/model.h"
#include "loop/serving/service.h"
#include "loop/serving/version_source.h"

namespace cairn::serving::testing {

/// A model of one input column "hour" whose probabilities a test decides.
class ScriptedModel final : public runtime::Model {
 public:
  using Script = std::function<Result<std::vector<float>>(std::span<const float> hours)>;
  explicit ScriptedModel(Script script);
  const runtime::Signature& signature() const override { return signature_; }
  Result<runtime::Batch> Run(const runtime::Batch& inputs) const override;

 private:
  Script script_;
  runtime::Signature signature_;
};
/// The same as if it ran in workers: it answers a bare label beside the probability of the second class.
class WorkerLikeModel final : public runtime::Model {
 public:
  explicit WorkerLikeModel(float probability);
  const runtime::Signature& signature() const override { return signature_; }
  bool waits() const override { return true; }
  const char* platform() const override { return "python_function"; }
  Result<runtime::Batch> Run(const runtime::Batch& inputs) const override;

 private:
  float probability_;
  runtime::Signature signature_;
};
/// Always that probability.
std::shared_ptr<const runtime::Model> Constant(float probability);

/// Versions without a registry. Safe from any thread.
class TestVersions final : public VersionSource {
 public:
  void Put(std::int64_t version, std::shared_ptr<const runtime::Model> model,
           std::vector<std::string> columns = {});
  /// A file of runtime's fixtures.
  void PutFile(std::int64_t version, const std::string& name, std::vector<std::string> columns = {});
  /// Its files are not what they were.
  void Damage(std::int64_t version);
  /// The alias names it from now on, and what it named before is the previous one; 0: nothing.
  void Promote(std::int64_t version);
  /// No decision covers it any more.
  void Forbid(std::int64_t version);

  Result<std::int64_t> InProduction(const std::string& model) override;
  Result<std::int64_t> Previous(const std::string& model) override;
  Result<std::vector<std::int64_t>> List(const std::string& model) override;
  Result<> AllowAnswering(const std::string& model, std::int64_t version) override;
  Result<StoredVersion> Load(const std::string& model, std::int64_t version,
                             const runtime::WorkerSettings& worker) override;
  /// Called with a version's number each time it is to be loaded.
  void BeforeLoad(std::function<void(std::int64_t)> hook) { before_load_ = std::move(hook); }
  /// How often the version was loaded.
  int LoadsOf(std::int64_t version);

 private:
  struct Stored {
    std::shared_ptr<const runtime::Model> model;
    std::vector<std::string> columns;
    bool damaged = false;
    int loads = 0;
  };
  std::function<void(std::int64_t)> before_load_;
  std::mutex mutex_;
  std::map<std::int64_t, Stored> versions_;
  std::int64_t production_ = 0, previous_ = 0;
  std::set<std::int64_t> forbidden_;
};

/// A service over TestVersions with a store, a clock and a disk of its own.
struct TestService {
  explicit TestService(const std::string& engine = "sqlite");
  /// Settings from a cairn.yaml; fails the test when they cannot be read.
  static Settings Parsed(const std::string& yaml);
  /// For columns.onnx: carrier, hour, distance under a contract, and a heuristic on hour.
  static Settings Flights();
  /// What was logged, oldest first.
  std::vector<Prediction> Logged() const;
  /// Events of that kind, oldest first; the service's own writer must have ended for those of the fallback.
  std::vector<Json> Events(const std::string& kind);

  sql::testing::TestStore store;
  os::testing::ManualClock clock;
  os::testing::CrashDisk disk;
  std::unique_ptr<PredictionLog> log;
  TestVersions* versions;  ///< Owned by the service.
  std::unique_ptr<Service> service;
};

}  // namespace cairn::serving::testing
