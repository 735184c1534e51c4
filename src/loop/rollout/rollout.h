#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/decision.h"
#include "ledger/metadata/derived.h"
#include "loop/charter/feasibility.h"
#include "loop/data/catalogue.h"
#include "loop/registry/registry.h"
#include "loop/serving/service.h"

/// What goes live: a candidate is examined, held against the gates, approved by people or policy, tried on a
/// share of live traffic, and promoted or kept out. Every step is a record; a process that dies goes on where
/// it was.
namespace cairn::rollout {

/// A run of the pipeline that finished, as far as rollouts care.
struct FinishedRun {
  std::vector<std::string>
      ids;            ///< Its own, and those of the runs that died before it and whose work it ended.
  std::string cause;  ///< The id of its story.
  std::string actor;  ///< Who ran it.
};

/// Where a candidate is on its way.
enum class Stage { Examining, AwaitingApproval, Canary, Promoted, KeptOut, RolledBack };
std::string_view NameOf(Stage stage);

struct Rollout {
  std::string id;
  std::string model;
  std::int64_t version = 0;
  std::int64_t previous = 0;  ///< The version that was in production when it began; 0 for none.
  Stage stage = Stage::Examining;
  std::string decision;  ///< The decision record's id; "" before the gates were judged.
  std::string cause;     ///< An alert's id, or "" when somebody asked.
  std::string reason;    ///< Why it was kept out or rolled back.
  Json report;           ///< The examination: champion, candidate and baseline on the same sealed rows.
  Json trial;            ///< Where its canary stands (trial.h); null before.
  TimeMs began_ms = 0, changed_ms = 0;
  std::string actor;  ///< Who asked for it.

  /// The id that ties its story together: the cause, or its own id when it starts the story.
  const std::string& story() const { return cause.empty() ? id : cause; }
};
/// Without the report, and of the trial only {"step", "paused"}.
Json ToJson(const Rollout& rollout);

/// cairn.yaml's `gates` and `model`, as plain figures.
struct GateRule {
  std::string name;
  std::string metric;   ///< log_loss, brier, roc_auc, accuracy, …; "" for the rules below
  std::string against;  ///< heuristic, production, or "" for a bound
  double margin = 0;    ///< How much worse than `against` is still tolerated.
  std::optional<double> min, max;
  bool worst_slice = false;  ///< With `against`: no slice may surely be worse by more than the margin.
  std::int64_t min_rows = 100;
  std::string gap;  ///< equal_opportunity_difference, disparate_impact, …: between the groups of column `by`
  std::string by;
  /// Of a bound, a slice's or a KPI's: whether the bad end of the 95% interval must keep it, so that chance
  /// alone does not let anything through, or the measured value is enough (`judged_by: value`).
  bool by_interval = true;
  bool contract = false;  ///< contract: passed
  std::optional<double> latency_p99_ms;
  std::string kpi;
};
struct Gates {
  std::string model, dataset, metric = "log_loss";
  std::string alias = "production";  ///< The alias that is guarded.
  std::optional<double> threshold;   ///< Absent: the cost-best one.
  std::vector<std::string> slices;
  bool by_policy = false;
  std::vector<GateRule> rules;
};
/// InvalidArgument with place and nearest known word: an unknown key, metric, data set, slice column or KPI;
/// a rule that says nothing or two things; `threshold: cost` without a cost matrix; a rule against a
/// heuristic that the charter lacks; a KPI without a target, or one that only live traffic can show; a policy
/// where the risk class forbids one; a word that can be no alias. Absent sections are empty.
Result<Gates> ParseGates(const Node& configuration);

/// Safe from any thread; what changes something takes turns. One process carries out the rollouts of a store.
class Rollouts {
 public:
  struct Rooms {
    sql::Database& database;
    const os::Clock& clock;
    governance::Configurations& configurations;
    governance::Decisions& decisions;
    charter::Feasibility& feasibility;
    data::Catalogue& catalogue;
    registry::Registry& registry;
    serving::Service& service;
    /// A sentence about each part of governance that must be in place before a version goes live and is not;
    /// `binding` is false where nothing has to be. Empty where nobody asks.
    struct Governance {
      bool binding = false;
      std::vector<std::string> missing{};
    };
    std::function<Result<Governance>()> governance = {};
    /// For a canary that goes on after a restart; without it no label of before is awaited any more.
    serving::LabelledAmong labelled = {};
  };
  explicit Rollouts(Rooms rooms) : rooms_(rooms) {}

  /// Examines a version of the bound model on the sealed rows of the newest data set version beside
  /// production and heuristic, judges the gates and proposes the decision: awaiting approval, approved at
  /// once where policy may, or kept out with the rules that failed (the first is that it can be served here).
  /// An older candidate of the model that still waits is kept out as superseded once this one has passed.
  /// Denied for a model that no accepted configuration binds and while feasibility says no-go; Conflict for
  /// the version that is in production.
  Result<Rollout> Consider(std::string_view model, std::int64_t version, std::string_view actor,
                           std::string_view cause);
  /// Considers the newest version of the bound model that the run made, unless that was done before: it may
  /// be told of a run again. None when it made none, or nothing is bound. What refuses the version for good
  /// is given as `why_not`; an error is worth another try.
  struct Offered {
    std::optional<Rollout> rollout;
    std::string why_not;
  };
  Result<Offered> Offer(const FinishedRun& run);

  /// Approves or rejects with a signature over governance::ApprovalStatement or RejectionStatement. An
  /// approved first version is promoted at once (there is nothing to compare it with), others start their
  /// canary when the configuration has one, else they are promoted. `rollout` is an id, or "" for the newest
  /// that waits. Denied, and kept out, when what was approved has changed meanwhile.
  Result<Rollout> Approve(std::string_view rollout, const governance::Signature& signature);
  Result<Rollout> Reject(std::string_view rollout, const std::string& reason,
                         const governance::Signature& signature);
  /// Lets it go on without the due approvals (governance::Decisions::Release), as Approve does with them.
  Result<Rollout> Release(std::string_view rollout, const std::string& reason,
                          const governance::Signature& signature);

  /// Redeems an approved decision without (further) canary. Conflict while it waits for approval or when it
  /// is over.
  Result<Rollout> Promote(std::string_view rollout, std::string_view actor);
  /// Holds a canary at its share: it is neither moved on nor promoted, and still aborted when it fails.
  /// `rollout` "" finds the one that is tried out. Conflict when it is paused already, or no canary.
  Result<Rollout> Pause(std::string_view rollout, const std::string& reason, std::string_view actor);
  /// Lets a paused canary go on. What was seen of it stays, but for the traffic's split when that was broken:
  /// it is checked anew, and the step begins anew.
  Result<Rollout> Resume(std::string_view rollout, std::string_view actor);
  /// Ends a canary: the candidate is kept out, and its decision void. Needs no signature, as it only takes
  /// back what was allowed.
  Result<Rollout> Abort(std::string_view rollout, const std::string& reason, std::string_view actor);
  /// Judges each verdict on a canary again, from the counts that its event stored; "" is the newest rollout:
  /// {"rollout", "same",
  /// "items": [{"event", "at_ms", "verdict", "reason", "same", "difference"}]}.
  Result<Json> Verify(std::string_view rollout) const;

  /// Returns to the predecessor under the pre-authorised decision. Denied when it was used or another
  /// promotion came between. `pipeline_run` is the run of the pipeline in whose stage it was asked for, or
  /// "".
  Result<Rollout> RollBack(std::string_view model, const std::string& reason, std::string_view actor,
                           std::string_view pipeline_run = "");

  /// Looks at running canaries: on to the next step, promoted, paused, aborted (kept out), or left to go on
  /// (canary_verdict.h). Also takes up what a dead process left.
  Result<> Advance();

  /// Those that wait for approval or are tried out on live traffic, oldest first.
  Result<std::vector<Rollout>> UnderWay() const;
  /// A sentence about each of `candidates` whose decision rests on another configuration or another version
  /// of the data than there is now, and so can no longer be carried out: which one, why, and what to do.
  Result<std::vector<std::string>> Voided(const std::vector<Rollout>& candidates) const;
  /// A sentence when the guarded alias of the bound model names a version that no decision put there (it was
  /// set before the model was bound), which therefore does not answer; "" otherwise.
  Result<std::string> UncoveredProduction() const;

  /// Newest first, without reports; `model` "" means any.
  Result<std::vector<Rollout>> List(std::string_view model = "") const;
  /// "" finds the newest that waits for approval. NotFound otherwise.
  Result<Rollout> Find(std::string_view id) const;

  /// What the events say of each rollout: rows {"id", "model", "version", "stage", "decision", "report" (its
  /// digest), "cause", "actor"} by id.
  metadata::DerivedTable Table() const;

 private:
  Result<Rollout> ConsiderNow(std::string_view model, std::int64_t version, std::string_view actor,
                              std::string_view cause);
  Result<Rollout> Waiting(std::string_view rollout) const;
  Result<Rollout> OnTrial(std::string_view rollout) const;
  Result<Rollout> Newest() const;

  Rooms rooms_;
  mutable std::mutex turns_;
};

}  // namespace cairn::rollout
