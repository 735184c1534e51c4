#pragma once

#include <optional>
#include <string>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"

namespace cairn::pipeline {

/// What stages made of what they read, whichever branch, trial or program that was in: DVC's run cache,
/// beside its objects, `runs/KK/KEY/VALUE`. KEY tells command, deps, parameters and the outs' paths, VALUE
/// also what was made; the file is the stage's entry in dvc.lock. Safe from any thread and among processes.
///
/// The environment of a stage (from cairn.yaml) goes into KEY too, under a name that DVC does not look for.
class RunCache {
 public:
  /// `cache` is the folder of the objects.
  explicit RunCache(const std::string& cache);

  /// Whether what this stage makes is kept, as DVC decides: it has a command, outs that are not persistent,
  /// and deps or parameters, none of them at an address. Not of frozen stages, of those that always run, and
  /// of those that are run item by item, which know their items.
  static bool Keeps(const Stage& stage);

  /// What was made last by a stage with these inputs (ObserveInputs) and the outs of `stage`; none when that
  /// is not known. A damaged entry is taken away.
  std::optional<LockedStage> Find(const Stage& stage, const LockedStage& inputs) const;

  /// Keeps what a stage has made; `done` is its entry in dvc.lock. What is kept survives the death of the
  /// program.
  Result<> Keep(const LockedStage& done) const;

  /// KEY and VALUE of an entry.
  static std::string KeyOf(const LockedStage& done);
  static std::string ValueOf(const LockedStage& done);

 private:
  std::string FolderOf(const std::string& key) const;

  const std::string runs_;
};

}  // namespace cairn::pipeline
