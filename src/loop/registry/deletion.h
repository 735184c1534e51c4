#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "loop/registry/registry.h"
#include "loop/tracking/artifacts.h"
#include "loop/tracking/deletion.h"

namespace cairn::registry {

/// Erases runs, experiments, registered models and versions for good, records and files. It stands here
/// because what a registered version was made from must stay, and only this room knows the versions. Safe
/// from any thread.
class Deletion {
 public:
  /// All must outlive it. `guard` as the registry's.
  Deletion(sql::Database& database, const os::Clock& clock, tracking::Artifacts& artifacts,
           std::function<Result<Guard>(sql::Connection&)> guard);

  struct OfRuns {
    std::vector<std::string> ids;
  };
  struct OfExperiment {
    tracking::ExperimentId id = 0;
  };
  struct OfModel {
    std::string name;
  };
  struct OfVersion {
    std::string model;
    std::int64_t version = 0;
  };
  using Wish = std::variant<OfRuns, OfExperiment, OfModel, OfVersion>;

  struct Refusal {
    std::string subject;  ///< "run:<id>", "experiment:<id>", "model:NAME", "model:NAME/3".
    std::string why;      ///< A sentence that names what it is needed for, and what to do.
  };
  /// What goes.
  struct Plan {
    std::vector<std::string> subjects;
    std::vector<std::pair<std::string, std::int64_t>> records;  ///< By their name in the plural.
    std::vector<std::string> folders;  ///< Below the artifact root, each with all in it.
    std::int64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string>
        elsewhere;  ///< Sources and URIs that are not kept here or are not its own: what is there stays.
    std::vector<Refusal> refusals;
  };
  /// Without changing anything. NotFound for what is not there.
  Result<Plan> Weigh(const Wish& wish) const;

  /// Erases the records in one transaction with the events, then the files; files that cannot be removed now
  /// are removed by the next Sweep. All or nothing: Denied with the first refusal. Refused is what is under
  /// legal hold or holds something that is, what a registered version was made from, and a version or model
  /// that is in production or that a decision is about. Data sets, their splits and seals are never touched.
  /// Events: run.erased, experiment.erased, registry.version_deleted and registry.model_deleted, each with
  /// {"permanently": true} and figures.
  Result<Plan> Erase(const Wish& wish, const std::string& actor);

  /// Removes the files of what was erased before, if any are left; for instance after a crash. Files that are
  /// somebody's again (imported anew) stay. One that cannot be removed stops no other, and gives the error.
  Result<> Sweep();

 private:
  Result<> Measure(Plan& plan) const;
  Result<> SweepOne(const std::string& path);

  sql::Database& database_;
  const os::Clock& clock_;
  tracking::Artifacts& artifacts_;
  std::function<Result<Guard>(sql::Connection&)> guard_;
};

}  // namespace cairn::registry
