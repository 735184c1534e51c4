#include "loop/rollout/journey.h"
#include "loop/rollout/rollout_table.h"

namespace cairn::rollout {

using governance::State;

Result<> Journey::TakeUp(const Rollout& rollout) {
  return rollout.stage == Stage::Examining ? TakeUpExamination(rollout) : TakeUpDecision(rollout);
}

/// Nobody examines it any more: whoever began has died. A decision that it may have proposed by then was
/// never seen by anybody.
Result<> Journey::TakeUpExamination(const Rollout& rollout) {
  for (const auto& decision : CAIRN_TRY(rooms_.decisions.List(rollout.model, NameOf(State::Open)))) {
    if (decision.seen.Text("rollout") == rollout.id)
      CAIRN_TRY(rooms_.decisions.Void(decision.id, "its examination is made anew", "system"));
  }
  const auto setting = ReadSetting(rooms_.configurations);
  if (setting && setting->gates.model == rollout.model) {
    CAIRN_TRY(Examine(*setting, rollout));
    return Done{};
  }
  CAIRN_TRY(KeepOut(rollout, "the accepted configuration changed before it was examined", "system"));
  return Done{};
}

Result<> Journey::TakeUpDecision(const Rollout& rollout) {
  const auto decision = CAIRN_TRY(rooms_.decisions.Find(rollout.decision));
  switch (decision.state) {
    case State::Open: {
      const auto setting = CAIRN_TRY(ReadSetting(rooms_.configurations));
      // Approving by policy was next.
      if (setting.gates.by_policy && setting.digest == decision.seen.Text("configuration"))
        CAIRN_TRY(ApproveByPolicy(rollout));
      return Done{};
    }
    case State::Approved:
      if (rollout.stage == Stage::Canary) return LookAtCanary(rollout);
      CAIRN_TRY(Begin(rollout, "system"));
      return Done{};
    case State::Redeemed:
      CAIRN_TRY(FinishPromotion(rollout, "system"));
      return Done{};
    case State::Rejected:
    case State::Expired:
    case State::Void:
      CAIRN_TRY(KeepOut(rollout,
                        std::string("its decision is ") + NameOf(decision.state) + ": " + decision.reason,
                        "system"));
      return Done{};
  }
  return Done{};
}

Result<> Journey::TakeUpReturns() {
  for (const auto& rollout : CAIRN_TRY(rooms_.database.Read(
           [](sql::Connection& connection) { return SelectInProduction(connection); }))) {
    const auto production = AliasedOf(rollout.model);
    if (!production || *production == rollout.version) continue;
    for (const auto& decision : CAIRN_TRY(rooms_.decisions.List(rollout.model, NameOf(State::Redeemed)))) {
      if (decision.act.action == "rollback" && decision.seen.Text("promotion") == rollout.decision)
        CAIRN_TRY(FinishReturn(rollout, decision, "system"));
    }
  }
  return Done{};
}

}  // namespace cairn::rollout
