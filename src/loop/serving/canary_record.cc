#include "loop/serving/canary_record.h"

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"

namespace cairn::serving {
namespace {

using evaluation::OddsCount;
using evaluation::OddsTest;

constexpr double kLeastShare = 0.001, kMostShare = 0.999;

Result<double> ShareIn(const Node& node) {
  std::string_view text = node.text();
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto number = ParseDouble(Trim(text));
  const double share = number ? *number / (percent ? 100 : 1) : 0;
  if (share >= kLeastShare && share <= kMostShare) return share;
  return WrongAt(node, "a share of 'steps' must lie between 0.1% and 99.9%");
}

Result<std::vector<double>> ReadSteps(const Node& canary) {
  const Node* steps = canary.Find("steps");
  if (!steps || steps->IsNull()) {
    const auto share = CAIRN_TRY(ShareAt(canary, "share", kLeastShare, kMostShare));
    return share ? std::vector{*share} : CanaryPlan().steps;
  }
  if (canary.Find("share")) return WrongAt(*steps, "'steps' stands in place of 'share': write one of them");
  if (!steps->IsList() || steps->items().empty())
    return WrongAt(*steps, "'steps' must be a list of shares such as [1%, 10%, 50%]");
  std::vector<double> shares;
  for (const Node& step : steps->items()) {
    shares.push_back(CAIRN_TRY(ShareIn(step)));
    if (shares.size() > 1 && shares.back() <= shares[shares.size() - 2])
      return WrongAt(step, "each share of 'steps' must be greater than the one before");
  }
  return shares;
}

Result<> ReadCount(const Node& map, const char* key, std::int64_t& to) {
  const Node* node = map.Find(key);
  if (!node || node->IsNull()) return Done{};
  const auto count = ParseInt(node->text());
  if (!count || *count < 1)
    return WrongAt(*node, "'" + std::string(key) + "' must be a whole number above 0");
  to = *count;
  return Done{};
}

Result<> ReadChance(const Node& map, const char* key, double& to) {
  const Node* node = map.Find(key);
  if (!node) return Done{};
  const auto number = ParseDouble(node->text());
  if (!number || !(*number > 0 && *number < 1))
    return WrongAt(*node, "'" + std::string(key) + "' must be a chance between 0 and 1, such as 0.01");
  to = *number;
  return Done{};
}

Result<> ReadBreaker(const Node& canary, CanaryPlan& plan) {
  const Node* breaker = CAIRN_TRY(MapAt(canary, "breaker"));
  if (!breaker) return Done{};
  CAIRN_TRY(breaker->OnlyKeys({"error_rate", "requests"}));
  plan.breaker_rate = CAIRN_TRY(ShareAt(*breaker, "error_rate", 0.001, 1)).value_or(plan.breaker_rate);
  return ReadCount(*breaker, "requests", plan.breaker_requests);
}

Json GuardJson(const std::vector<OddsCount>& at_peak, const std::vector<OddsCount>& now, double e_value) {
  return Json{
      {"e_value", e_value}, {"counts", evaluation::ToJson(at_peak)}, {"now", evaluation::ToJson(now)}};
}

Result<> ReadGuard(const Json& guard, std::vector<OddsCount>& at_peak, std::vector<OddsCount>& now) {
  at_peak = CAIRN_TRY(evaluation::OddsCountsIn(guard.At("counts")));
  now = CAIRN_TRY(evaluation::OddsCountsIn(guard.At("now")));
  return Done{};
}

}  // namespace

Result<CanaryPlan> ParseCanary(const Node& canary) {
  if (!canary.IsMap())
    return WrongAt(canary, "'canary' must be a map such as {share: 20%, min_requests: 300}");
  CAIRN_TRY(canary.OnlyKeys({"share", "steps", "min_requests", "hold", "max_error_rate_alpha",
                             "slow_above_ms", "breaker", "shadow", "output_psi", "max_loss_alpha"}));
  CanaryPlan plan;
  plan.steps = CAIRN_TRY(ReadSteps(canary));
  CAIRN_TRY(ReadCount(canary, "min_requests", plan.min_requests));
  if (const Node* hold = canary.Find("hold"); hold && !hold->IsNull()) {
    const auto length = charter::ParseDuration(hold->text());
    if (!length) return WrongAt(*hold, "'hold': " + length.error().message);
    plan.hold_ms = *length;
  }
  CAIRN_TRY(ReadChance(canary, "max_error_rate_alpha", plan.alpha));
  CAIRN_TRY(ReadChance(canary, "max_loss_alpha", plan.loss_alpha));
  if (const auto slow = CAIRN_TRY(NumberAt(canary, "slow_above_ms"))) {
    if (!(*slow > 0)) return WrongAt(*canary.Find("slow_above_ms"), "'slow_above_ms' must be above 0");
    plan.slow_above_ms = *slow;
  }
  if (const auto psi = CAIRN_TRY(NumberAt(canary, "output_psi"))) {
    if (!(*psi > 0)) return WrongAt(*canary.Find("output_psi"), "'output_psi' must be above 0, such as 0.25");
    plan.output_psi = *psi;
  }
  CAIRN_TRY(ReadCount(canary, "shadow", plan.shadow));
  CAIRN_TRY(ReadBreaker(canary, plan));
  return plan;
}

CanaryEvidence EvidenceOf(const CanaryRecord& record) {
  return {OddsEValue(OddsTest::Worse, record.bad), OddsEValue(OddsTest::Worse, record.slow),
          OddsEValue(OddsTest::Split, record.split), OddsEValue(OddsTest::Worse, record.losses),
          record.shadow_bet.Peak()};
}

CanaryFault FaultOf(const CanaryRecord& record) {
  const double bound = 2 / record.alpha;
  if (OddsEValue(OddsTest::Worse, record.bad) >= bound) return CanaryFault::Bad;
  if (OddsEValue(OddsTest::Worse, record.slow) >= bound) return CanaryFault::Slow;
  if (OddsEValue(OddsTest::Worse, record.losses) >= 1 / record.loss_alpha) return CanaryFault::Loss;
  if (record.shadow_loss_alpha > 0 && record.shadow_bet.Peak() >= 1 / record.shadow_loss_alpha)
    return CanaryFault::ShadowLoss;
  const auto trips_on = [&record](std::int64_t bad, std::int64_t requests) {
    return requests >= record.breaker_requests &&
           static_cast<double>(bad) >= record.breaker_rate * static_cast<double>(requests);
  };
  const bool trips = trips_on(record.canary_bad, record.canary_requests) ||
                     trips_on(record.shadow_bad, record.shadow_requests);
  return trips ? CanaryFault::Breaker : CanaryFault::None;
}

Json ToJson(const CanaryRecord& record) {
  const CanaryEvidence evidence = EvidenceOf(record);
  return Json{{"alpha", record.alpha},
              {"slow_above_ms", record.slow_above_ms},
              {"breaker_rate", record.breaker_rate},
              {"breaker_requests", record.breaker_requests},
              {"output_psi", record.output_psi ? Json(*record.output_psi) : Json()},
              {"shadow_requests", record.shadow_requests},
              {"shadow_bad", record.shadow_bad},
              {"shadow_left_out", record.shadow_left_out},
              {"canary_requests", record.canary_requests},
              {"production_requests", record.production_requests},
              {"canary_bad", record.canary_bad},
              {"production_bad", record.production_bad},
              {"canary_slow", record.canary_slow},
              {"production_slow", record.production_slow},
              {"loss_alpha", record.loss_alpha},
              {"canary_labelled", record.canary_labelled},
              {"production_labelled", record.production_labelled},
              {"canary_loss", record.canary_loss},
              {"production_loss", record.production_loss},
              {"log_from", record.log_from},
              {"seed", record.seed},
              {"shadow_loss_alpha", record.shadow_loss_alpha},
              {"shadow_loss", record.shadow_loss},
              {"shadow_production_loss", record.shadow_production_loss},
              {"shadow_bet", record.shadow_bet.ToJson()},
              {"outputs", ToJson(record.outputs)},
              {"bad", GuardJson(record.bad, record.bad_now, evidence.bad)},
              {"slow", GuardJson(record.slow, record.slow_now, evidence.slow)},
              {"split", GuardJson(record.split, record.split_now, evidence.split)},
              {"losses", GuardJson(record.losses, record.losses_now, evidence.losses)}};
}

namespace {

/// Older records have nothing of labels.
Result<> ReadLosses(const Json& json, CanaryRecord& record) {
  if (!json.Find("losses")) return Done{};
  record.loss_alpha = json.Double("loss_alpha");
  if (!(record.loss_alpha > 0 && record.loss_alpha < 1))
    return Error{Reason::InvalidArgument, "the record of a canary has no loss_alpha between 0 and 1"};
  record.canary_labelled = CAIRN_TRY(RequiredInt(json, "canary_labelled"));
  record.production_labelled = CAIRN_TRY(RequiredInt(json, "production_labelled"));
  record.canary_loss = json.Double("canary_loss");
  record.production_loss = json.Double("production_loss");
  return ReadGuard(json.At("losses"), record.losses, record.losses_now);
}

/// Nor of what a shadow loses, and of where its requests stand.
Result<> ReadShadowLosses(const Json& json, CanaryRecord& record) {
  if (!json.Find("shadow_bet")) return Done{};
  record.log_from = json.Text("log_from");
  record.seed = CAIRN_TRY(RequiredInt(json, "seed"));
  record.shadow_loss_alpha = json.Double("shadow_loss_alpha");
  if (!(record.shadow_loss_alpha >= 0 && record.shadow_loss_alpha < 1))
    return Error{Reason::InvalidArgument, "the record of a canary has no shadow_loss_alpha from 0 to 1"};
  record.shadow_loss = json.Double("shadow_loss");
  record.shadow_production_loss = json.Double("shadow_production_loss");
  record.shadow_bet = CAIRN_TRY(evaluation::PairedBet::FromJson(json.At("shadow_bet")));
  return Done{};
}

}  // namespace

Result<CanaryRecord> CanaryRecordIn(const Json& json) {
  CanaryRecord record;
  record.alpha = json.Double("alpha");
  if (!(record.alpha > 0 && record.alpha < 1))
    return Error{Reason::InvalidArgument, "the record of a canary has no alpha between 0 and 1"};
  record.slow_above_ms = json.Double("slow_above_ms");
  record.breaker_rate = json.Double("breaker_rate");
  record.breaker_requests = CAIRN_TRY(RequiredInt(json, "breaker_requests"));
  if (json.At("output_psi").IsNumber()) record.output_psi = json.Double("output_psi");
  record.shadow_requests = CAIRN_TRY(RequiredInt(json, "shadow_requests"));
  record.shadow_bad = CAIRN_TRY(RequiredInt(json, "shadow_bad"));
  record.shadow_left_out = CAIRN_TRY(RequiredInt(json, "shadow_left_out"));
  record.outputs = CAIRN_TRY(OutputCountsIn(json.At("outputs")));
  record.canary_requests = CAIRN_TRY(RequiredInt(json, "canary_requests"));
  record.production_requests = CAIRN_TRY(RequiredInt(json, "production_requests"));
  record.canary_bad = CAIRN_TRY(RequiredInt(json, "canary_bad"));
  record.production_bad = CAIRN_TRY(RequiredInt(json, "production_bad"));
  record.canary_slow = CAIRN_TRY(RequiredInt(json, "canary_slow"));
  record.production_slow = CAIRN_TRY(RequiredInt(json, "production_slow"));
  CAIRN_TRY(ReadGuard(json.At("bad"), record.bad, record.bad_now));
  CAIRN_TRY(ReadGuard(json.At("slow"), record.slow, record.slow_now));
  CAIRN_TRY(ReadGuard(json.At("split"), record.split, record.split_now));
  CAIRN_TRY(ReadLosses(json, record));
  CAIRN_TRY(ReadShadowLosses(json, record));
  return record;
}

}  // namespace cairn::serving
