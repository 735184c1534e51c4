#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loop/rollout/candidate.h"
#include "loop/rollout/rollout.h"
#include "loop/rollout/setting.h"
#include "loop/rollout/trial.h"

namespace cairn::rollout {

/// The steps of a rollout. Each is one transaction with its events, and each can be taken up where a dead
/// process left it: what was done last is read from the decision and from the alias. One at a time.
class Journey {
 public:
  explicit Journey(const Rollouts::Rooms& rooms) : rooms_(rooms) {}

  /// From examining to its judgement, and on when a policy approves. An error of the surroundings keeps it
  /// out too.
  Result<Rollout> Examine(const Setting& setting, Rollout rollout);
  /// What follows an approval.
  Result<Rollout> Begin(Rollout rollout, std::string_view actor);
  /// Redeems the decision. When that is refused for good the rollout is kept out, and the refusal is the
  /// error.
  Result<Rollout> CarryOut(Rollout rollout, std::string_view actor);
  /// `judged`: what the event says of a canary's verdict that follows from its counts; null for one that
  /// somebody gave.
  Result<Rollout> KeepOut(Rollout rollout, const std::string& reason, std::string_view actor,
                          const Json& judged = nullptr);
  /// Ends a running canary with that verdict, on record before the alias moves. `judged` as in KeepOut.
  Result<Rollout> PassCanary(Rollout rollout, const std::string& reason, std::string_view actor,
                             const Json& judged = nullptr);
  /// Holds a canary where it is, and lets it go on. Conflict when it is so already.
  Result<Rollout> Pause(Rollout rollout, const std::string& reason, std::string_view actor);
  Result<Rollout> Resume(Rollout rollout, std::string_view actor);
  /// From promoted back to what was there before; the decision is the pre-authorised return. `pipeline_run`:
  /// the run in whose stage it was asked for, or "".
  Result<Rollout> Return(const governance::Decision& decision, const std::string& reason,
                         std::string_view actor, std::string_view pipeline_run);

  /// One look at a rollout under way.
  Result<> TakeUp(const Rollout& rollout);
  /// Records returns that were carried out by a process that died before it could.
  Result<> TakeUpReturns();

  /// The version that is in production under a decision; 0 for none. One that no decision put there counts as
  /// none: it does not answer, and nothing is compared with it.
  Result<std::int64_t> ProductionOf(std::string_view model) const;
  /// The version that the guarded alias names, whoever set it; 0 for none.
  Result<std::int64_t> AliasedOf(std::string_view model) const;

 private:
  struct Note {
    std::string kind;
    Json body;
  };
  Result<Rollout> Move(Rollout rollout, Stage from, std::string_view actor, std::vector<Note> notes);
  Result<Rollout> KeepJudgement(Rollout rollout, const Candidate& candidate);
  Result<> Supersede(const Rollout& newer);
  Result<Rollout> ApproveByPolicy(Rollout rollout);
  Result<governance::Act> PromotionOf(const Rollout& rollout) const;
  Result<Rollout> FinishPromotion(Rollout rollout, std::string_view actor);
  Result<Rollout> FinishReturn(Rollout rollout, const governance::Decision& decision, std::string_view actor,
                               std::string_view pipeline_run = "");
  Result<> TakeUpExamination(const Rollout& rollout);
  Result<> TakeUpDecision(const Rollout& rollout);
  Result<> LookAtCanary(const Rollout& rollout);
  static double ShareOf(const serving::CanaryPlan& plan, const Trial& trial);
  /// Begins it, or goes on with it, and gives the rollout with what is to be kept of it.
  Result<Rollout> StartCanary(const Setting& setting, Rollout rollout);
  Result<> Act(const Setting& setting, Rollout rollout, Trial trial, const CanaryLook& look);
  Result<Rollout> StepOn(const Setting& setting, Rollout rollout, Trial trial, const CanaryLook& look,
                         Json body);
  Result<> KeepRecord(Rollout rollout, Trial trial, const serving::CanaryRecord& seen);
  Result<Rollout> MoveTrial(Rollout rollout, Trial trial, std::string_view actor, std::optional<Note> note);
  Result<Json> SeenNow(const Rollout& rollout) const;
  Result<bool> GroundChanged(const Setting& setting, const Rollout& rollout) const;
  std::int64_t CanaryRequests(const Rollout& rollout) const;
  void EndCanaryOf(const Rollout& rollout);
  void Follow();

  Rollouts::Rooms rooms_;
};

}  // namespace cairn::rollout
