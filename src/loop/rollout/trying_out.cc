#include <algorithm>

#include "ledger/metadata/log.h"
#include "loop/rollout/journey.h"
#include "loop/rollout/rollout_table.h"
#include "loop/rollout/trial.h"

namespace cairn::rollout {
namespace {

/// What is counted is kept at most so often while nothing goes wrong.
constexpr TimeMs kKeepEach = 10'000;

Json Judged(const CanaryFinding& finding, const CanaryLook& look) {
  return Json{{"verdict", NameOf(finding.verdict)},
              {"reason", finding.reason},
              {"requests", look.record.canary_requests},
              {"evidence", ToJson(look)}};
}

}  // namespace

double Journey::ShareOf(const serving::CanaryPlan& plan, const Trial& trial) {
  if (trial.step == Trial::kShadow) return 0;
  const auto step = static_cast<std::size_t>(std::max<std::int64_t>(trial.step, 0));
  return plan.steps[std::min(step, plan.steps.size() - 1)];
}

Result<Rollout> Journey::StartCanary(const Setting& setting, Rollout rollout) {
  auto trial = CAIRN_TRY(TrialIn(rollout.trial));
  CAIRN_TRY(rooms_.service.StartCanary(rollout.version, ShareOf(setting.serving.canary, trial), trial.record,
                                       rooms_.labelled));
  if (trial.record) return rollout;
  // From the first request on it is known where its requests begin.
  trial.record = rooms_.service.state().canary.record;
  trial.kept_ms = rooms_.clock.Now();
  rollout.trial = ToJson(trial);
  return rollout;
}

Result<> Journey::LookAtCanary(const Rollout& rollout) {
  const auto setting = CAIRN_TRY(ReadSetting(rooms_.configurations));
  const bool changed = CAIRN_TRY(GroundChanged(setting, rollout));
  // A reason is there once it has passed.
  if (changed || !rollout.reason.empty()) {
    CAIRN_TRY(CarryOut(rollout, "system"));
    return Done{};
  }
  const auto state = rooms_.service.state().canary;
  if (!state.running || state.version != rollout.version) {
    auto started = CAIRN_TRY(StartCanary(setting, rollout));
    if (started.trial == rollout.trial) return Done{};
    CAIRN_TRY(Move(std::move(started), Stage::Canary, "system", {}));
    return Done{};
  }
  const Trial trial = CAIRN_TRY(TrialIn(rollout.trial));
  const auto look = trial.LookAt(state.record, setting.serving.canary, rooms_.clock.Now());
  return Act(setting, rollout, trial, look);
}

Result<> Journey::Act(const Setting& setting, Rollout rollout, Trial trial, const CanaryLook& look) {
  const CanaryFinding finding = Judge(look);
  const bool goes_on =
      finding.verdict == CanaryVerdict::NextStep || finding.verdict == CanaryVerdict::Promote;
  if (finding.verdict == CanaryVerdict::GoOn ||
      (!trial.paused.empty() && (goes_on || finding.verdict == CanaryVerdict::Pause)))
    return KeepRecord(std::move(rollout), std::move(trial), look.record);
  const Json body = Judged(finding, look);
  switch (finding.verdict) {
    case CanaryVerdict::GoOn:
      break;
    case CanaryVerdict::Abort:
      CAIRN_TRY(KeepOut(std::move(rollout), finding.reason, "system", body));
      break;
    case CanaryVerdict::Promote:
      CAIRN_TRY(
          CarryOut(CAIRN_TRY(PassCanary(std::move(rollout), finding.reason, "system", body)), "system"));
      break;
    case CanaryVerdict::Pause:
      trial.paused = finding.reason;
      CAIRN_TRY(MoveTrial(std::move(rollout), std::move(trial), "system", Note{"canary_paused", body}));
      break;
    case CanaryVerdict::NextStep:
      CAIRN_TRY(StepOn(setting, std::move(rollout), std::move(trial), look, body));
      break;
  }
  return Done{};
}

Result<Rollout> Journey::StepOn(const Setting& setting, Rollout rollout, Trial trial, const CanaryLook& look,
                                Json body) {
  ++trial.step;
  trial.step_began_ms = rooms_.clock.Now();
  trial.requests_before = look.record.canary_requests;
  trial.record = look.record;
  const double share = ShareOf(setting.serving.canary, trial);
  body.Set("step", trial.step + 1).Set("steps", look.steps).Set("share", share);
  auto moved =
      CAIRN_TRY(MoveTrial(std::move(rollout), std::move(trial), "system", Note{"canary_step", body}));
  CAIRN_TRY(rooms_.service.SetCanaryShare(share));
  return moved;
}

/// Something went wrong since, labels came, or it is long ago.
Result<> Journey::KeepRecord(Rollout rollout, Trial trial, const serving::CanaryRecord& seen) {
  const serving::CanaryRecord before = trial.record.value_or(serving::CanaryRecord{});
  const bool worse = seen.canary_bad != before.canary_bad || seen.canary_slow != before.canary_slow;
  const auto requests = [](const serving::CanaryRecord& record) {
    return record.canary_requests + record.production_requests;
  };
  // A label that was counted is not awaited again.
  const auto labels = [](const serving::CanaryRecord& record) {
    return record.canary_labelled + record.production_labelled + record.shadow_bet.rows();
  };
  const bool more = requests(seen) != requests(before);
  if (!worse && labels(seen) == labels(before) && !(more && rooms_.clock.Now() >= trial.kept_ms + kKeepEach))
    return Done{};
  trial.record = seen;
  CAIRN_TRY(MoveTrial(std::move(rollout), std::move(trial), "system", std::nullopt));
  return Done{};
}

Result<Rollout> Journey::MoveTrial(Rollout rollout, Trial trial, std::string_view actor,
                                   std::optional<Note> note) {
  trial.kept_ms = rooms_.clock.Now();
  rollout.trial = ToJson(trial);
  std::vector<Note> notes;
  if (note) notes.push_back(*std::move(note));
  return Move(std::move(rollout), Stage::Canary, actor, std::move(notes));
}

Result<Rollout> Journey::Pause(Rollout rollout, const std::string& reason, std::string_view actor) {
  Trial trial = CAIRN_TRY(TrialIn(rollout.trial));
  if (!trial.paused.empty()) return Error{Reason::Conflict, "the canary is paused already: " + trial.paused};
  trial.paused = reason;
  return MoveTrial(std::move(rollout), std::move(trial), actor,
                   Note{"canary_paused", Json{{"reason", reason}}});
}

Result<Rollout> Journey::Resume(Rollout rollout, std::string_view actor) {
  Trial trial = CAIRN_TRY(TrialIn(rollout.trial));
  if (trial.paused.empty()) return Error{Reason::Conflict, "the canary is not paused"};
  // What was counted under a split that was broken proves nothing; of the rest nothing is forgotten.
  const auto state = rooms_.service.state().canary;
  if (state.running && state.version == rollout.version) {
    trial.record = state.record;
    const bool broken = serving::EvidenceOf(state.record).split >= 1 / serving::kSplitAlpha;
    trial.requests_before = broken ? state.record.canary_requests : trial.requests_before;
    if (broken) trial.record->split = trial.record->split_now = {};
    rooms_.service.EndCanary();
  }
  trial.paused.clear();
  trial.step_began_ms = rooms_.clock.Now();
  return MoveTrial(std::move(rollout), std::move(trial), actor, Note{"canary_resumed", Json::Object()});
}

Result<Json> Rollouts::Verify(std::string_view id) const {
  const Rollout rollout = CAIRN_TRY(id.empty() ? Newest() : Find(id));
  metadata::EventFilter filter;
  filter.kind = "rollout.";
  filter.subject = "model:" + rollout.model + "/" + std::to_string(rollout.version);
  filter.limit = 10'000;
  Json items = Json::Array();
  bool same = true;
  for (const auto& logged : CAIRN_TRY(metadata::Log(rooms_.database).Read(filter))) {
    const Json& body = logged.event.body;
    const bool judged = logged.event.kind.starts_with("rollout.canary_") && body.Find("evidence");
    if (!judged || body.Text("rollout") != rollout.id) continue;
    const std::string difference = DifferenceIn(body);
    same = same && difference.empty();
    items.Push(Json{{"event", logged.id},
                    {"at_ms", logged.at},
                    {"verdict", body.Text("verdict")},
                    {"reason", body.Text("reason")},
                    {"same", difference.empty()},
                    {"difference", difference}});
  }
  return Json{{"rollout", rollout.id}, {"same", same}, {"items", std::move(items)}};
}

}  // namespace cairn::rollout
