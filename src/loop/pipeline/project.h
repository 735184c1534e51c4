#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"
#include "loop/pipeline/lock_file.h"
#include "loop/pipeline/plan.h"
#include "loop/pipeline/run_cache.h"
#include "loop/pipeline/stage_settings.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

class ItemWork;
struct DoneItems;

/// A project's pipeline as it stands on disk: dvc.yaml, dvc.lock, what cairn.yaml says of how stages run, the
/// cache of objects and the memory of digests. Touches no store of records, so a look costs milliseconds.
/// Safe from any thread once opened.
class Project {
 public:
  /// `data_dir` keeps the memory of digests. Errors as ReadDefinition, ReadLock and ReadPipelineSettings;
  /// NotFound for a folder that is not there.
  static Result<std::unique_ptr<Project>> Open(const std::string& folder, const std::string& data_dir);

  const std::string& folder() const { return folder_; }  ///< Absolute, links resolved.
  const std::string& root() const { return root_; }      ///< Where `.dvc` is, or would be.
  /// When it was opened (repository::NowNs): what changed later, a plan may not have seen.
  std::int64_t opened_ns() const { return opened_ns_; }
  const Definition& definition() const { return definition_; }
  const PipelineSettings& settings() const { return settings_; }

  Result<Plan> MakePlan(const Selection& selection);
  /// The causes of one stage as things stand now.
  Result<std::vector<Cause>> CausesOf(const Stage& stage);
  Result<LockedStage> ObserveInputs(const Stage& stage) {
    return pipeline::ObserveInputs(folder_, stage, index_);
  }

  /// What a path below the project's folder holds. The errors of TakeSnapshot.
  Result<repository::Snapshot> SnapshotOf(const std::string& path);
  /// What dvc.lock says of a stage; nothing when it never ran.
  std::optional<LockedStage> LockedOf(const std::string& stage);

  /// Begins a try at a stage that is run item by item. The errors of ItemWork::Begin.
  Result<ItemWork> BeginItems(const Stage& stage, bool anew);
  /// Of such a stage, the items that need no call. The errors of FindDoneItems.
  Result<DoneItems> FindDone(const Stage& stage);
  repository::StatIndex& index() { return index_; }

  /// Before the first Adopt: keeps other programs from writing dvc.lock until Finish, or the end of this one.
  /// Conflict when another has it.
  Result<> Claim();
  /// Takes over what `stage` has made: its cached outs go into the cache, then what it did into the journal
  /// of dvc.lock; from then on no death of the program makes it run again. `inputs` is what was observed
  /// before it ran. Gives what dvc.lock says of it.
  Result<LockedStage> Adopt(const Stage& stage, LockedStage inputs);
  /// Puts in place what `stage` made when it last ran on the same `inputs`, wherever that was (run_cache.h).
  /// False, with outs that may be in part there, when that is not known or not whole any more, and for a
  /// stage that is not to have it so.
  bool Restore(const Stage& stage, const LockedStage& inputs);
  /// Brings dvc.lock up to date and gives the claim back.
  Result<> Finish();
  /// The metrics files of all stages that are there, by path; one that cannot be read as JSON or YAML is
  /// {"problem": sentence}.
  Json Metrics() const;
  /// Where the journal of dvc.lock lies.
  std::string JournalPath() const;
  /// Keeps the memory of digests for the next look.
  Result<> SaveIndex() { return index_.Save(); }

 private:
  Project(std::string folder, const std::string& data_dir);
  Result<> FitMaps();
  bool KeepsRuns(const Stage& stage) const;
  Result<> Fold();

  const std::int64_t opened_ns_ = repository::NowNs();
  std::string folder_, root_;
  Definition definition_;
  PipelineSettings settings_;
  repository::Objects objects_;
  RunCache run_cache_;
  repository::StatIndex index_;
  std::mutex locking_;
  std::optional<LockFile> lock_file_;
};

}  // namespace cairn::pipeline
