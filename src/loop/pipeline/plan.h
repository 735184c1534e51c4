#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"
#include "loop/pipeline/written_path.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// One reason why a stage must run, naming exactly what changed. Whether a path is code, a model or data is
/// told by its ending.
struct Cause {
  enum class Level {
    Never,
    Command,
    Code,
    Data,
    Model,
    Params,
    Environment,
    Output,
    Always,
    Upstream,
    Forced
  } level = Level::Never;
  std::string subject;   ///< The path, parameter or stage.
  std::string sentence;  ///< "params.yaml: train.max_iter changed from 100 to 200"
};

/// "code", "data", "params"…
const char* NameOf(Cause::Level level);

/// Of a stage that is run item by item.
struct ItemCount {
  std::size_t calls = 0;  ///< How many items would be called.
  std::size_t items = 0;  ///< How many there are.
};

struct PlannedStage {
  const Stage* stage = nullptr;
  std::vector<Cause> causes;       ///< Empty: up to date.
  std::optional<ItemCount> items;  ///< Where it is known: not before the stages that make them have run.
  bool Stale() const { return !causes.empty(); }
};

struct Plan {
  std::vector<PlannedStage> stages;  ///< Each after those it needs.
  bool AnyStale() const;
};

/// Which stages are asked for.
struct Selection {
  enum class Reach {
    Upstream,   ///< Those named and what they need.
    Alone,      ///< Those named and nothing else.
    Downstream  ///< Those named and what comes after them; not what they need.
  };

  std::vector<std::string> only;  ///< Stages or groups of stages; all when empty.
  Reach reach = Reach::Upstream;
  bool force = false;  ///< Those named (or all) run even when nothing changed.

  bool Forces(std::string_view stage) const;
};
/// "upstream", "alone", "downstream"; InvalidArgument for another word.
Result<Selection::Reach> ReachNamed(std::string_view name);

/// Which stages must run and why. Content decides: a touched file with the same bytes is no change. A stage
/// behind a stale one is listed as Upstream, since what it will read is not known yet. NotFound, with a
/// suggestion, for an unknown stage.
Result<Plan> MakePlan(const std::string& project, const Definition& definition, const Lock& lock,
                      const repository::Objects& objects, repository::StatIndex& index,
                      const Selection& selection);
/// The causes of one stage as things stand now. `locked` is null when it never ran.
Result<std::vector<Cause>> CausesOf(const std::string& project, const Stage& stage, const LockedStage* locked,
                                    const repository::Objects& objects, repository::StatIndex& index);

/// The values of a stage's parameters from one file, as they are now, sorted: the keys asked for, or all.
Result<std::vector<Json::Member>> ValuesOf(const std::string& project, const Params& params);
/// What a stage is about to read: command, digests of deps but for `left_out`, parameter values. NotFound
/// naming the dep or parameter that is missing.
Result<LockedStage> ObserveInputs(const std::string& project, const Stage& stage,
                                  repository::StatIndex& index, std::string_view left_out = {});
/// Adds the dep that was left out.
void AddInput(const Stage& stage, const std::string& dep, const repository::Snapshot& snapshot,
              LockedStage& locked);

/// A frozen stage never runs: what lies at its outs counts as what it made. NotFound when one is not there,
/// saying what to do.
Result<> CheckFrozen(const std::string& project, const Stage& stage);

struct MadeOut {
  const Out* out;
  repository::Snapshot snapshot;
};
/// Adds what a stage has made to `locked`. NotFound naming the out that is missing.
Result<std::vector<MadeOut>> ObserveOuts(const std::string& project, const Stage& stage,
                                         repository::StatIndex& index, LockedStage& locked);

}  // namespace cairn::pipeline
