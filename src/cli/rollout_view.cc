#include "cli/rollout_view.h"

#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string WithInterval(const Json& contestant) {
  const Json& interval = contestant.At("interval");
  std::string text = Shown(contestant.At("value"));
  if (interval.IsObject())
    text += " [" + Shown(interval.Double("low")) + ", " + Shown(interval.Double("high")) + "]";
  return text;
}

void PrintContestants(const Json& report) {
  const std::string metric = report.Text("metric");
  if (report.At("contestants").items().empty()) return;
  Table table({"", metric + " [95% interval]", "roc_auc", "cost per 1,000", "worst slice", "p99 ms"});
  for (const Json& one : report.At("contestants").items()) {
    const Json& worst = one.At("worst_slice");
    table.Add({one.Text("name"), WithInterval(one), Shown(one.At("metrics").At("roc_auc")),
               Shown(one.At("cost").At("at_threshold")) +
                   (report.Text("cost_unit").empty() ? "" : " " + report.Text("cost_unit")),
               worst.IsObject()
                   ? worst.Text("column") + " " + worst.Text("value") + ": " + Shown(worst.At("metric"))
                   : "–",
               Shown(one.At("latency").At("p99_ms"))});
  }
  const Json& dataset = report.At("dataset");
  std::printf("\nOn %s sealed rows of %s version %lld (seal %.12s…, opened %lld times so far):\n\n",
              WithThousands(report.Int("rows")).c_str(), dataset.Text("name").c_str(),
              static_cast<long long>(dataset.Int("version")), dataset.Text("seal").c_str(),
              static_cast<long long>(report.Int("seal_openings")));
  std::fputs(table.Text().c_str(), stdout);
  for (const Json& one : report.At("comparisons").items()) {
    const Json& gain = one.At("improvement");
    std::printf("  against %s: %s by %s [%s, %s]\n", one.Text("against").c_str(),
                gain.Double("value") >= 0 ? "better" : "worse", Shown(std::abs(gain.Double("value"))).c_str(),
                Shown(gain.Double("low")).c_str(), Shown(gain.Double("high")).c_str());
  }
}

void PrintRules(const Json& decision) {
  Table table({"", "rule", "measured", "bound"});
  for (const Json& rule : decision.At("rules").items()) {
    table.Add({rule.Bool("passed") ? "pass" : "FAIL", rule.Text("name"), Shown(rule.At("value")),
               Shown(rule.At("bound"))});
  }
  std::fputs(("\n" + table.Text()).c_str(), stdout);
  for (const Json& rule : decision.At("rules").items()) {
    if (!rule.Bool("passed"))
      std::printf("  %s: %s\n", rule.Text("name").c_str(), rule.Text("detail").c_str());
  }
}

void PrintCanary(const Json& canary) {
  if (!canary.IsObject()) return;
  std::printf(
      "\nCanary: %s requests, %s bad, %s slow; production %s, %s bad, %s slow; evidence that it fails more "
      "often %s, that it is slower %s.\n",
      WithThousands(canary.Int("canary_requests")).c_str(), WithThousands(canary.Int("canary_bad")).c_str(),
      WithThousands(canary.Int("canary_slow")).c_str(),
      WithThousands(canary.Int("production_requests")).c_str(),
      WithThousands(canary.Int("production_bad")).c_str(),
      WithThousands(canary.Int("production_slow")).c_str(), Shown(canary.Double("e_value")).c_str(),
      Shown(canary.Double("slow_e_value")).c_str());
  if (canary.Int("canary_labelled") > 0)
    std::printf(
        "By labels: squared errors of %s over %s requests of the canary, of %s over %s of production; "
        "evidence "
        "that it is worse %s.\n",
        Shown(canary.Double("canary_loss")).c_str(), WithThousands(canary.Int("canary_labelled")).c_str(),
        Shown(canary.Double("production_loss")).c_str(),
        WithThousands(canary.Int("production_labelled")).c_str(),
        Shown(canary.Double("loss_e_value")).c_str());
  if (canary.Int("shadow_labelled") > 0)
    std::printf(
        "By labels: squared errors of %s as a shadow and %s in production over the same %s requests; "
        "evidence "
        "that it is worse %s.\n",
        Shown(canary.Double("shadow_loss")).c_str(), Shown(canary.Double("shadow_production_loss")).c_str(),
        WithThousands(canary.Int("shadow_labelled")).c_str(),
        Shown(canary.Double("shadow_loss_e_value")).c_str());
}

}  // namespace

std::string Shown(const Json& value) {
  if (value.IsNumber()) return Shown(value.AsDouble());
  if (value.IsString()) return value.AsString();
  return value.IsNull() ? "–" : value.Dump();
}

std::string Words(std::string stage) {
  for (char& letter : stage) letter = letter == '_' ? ' ' : letter;
  return stage;
}

std::string RolloutPath(const std::string& id, std::string_view rest) {
  return "/api/v1/rollouts/" + PercentEncode(id.empty() ? "waiting" : id) + std::string(rest);
}

void PrintRollout(const Json& rollout) {
  std::printf("%s version %lld: %s", rollout.Text("model").c_str(),
              static_cast<long long>(rollout.Int("version")), Words(rollout.Text("stage")).c_str());
  if (rollout.Int("previous") != 0)
    std::printf(", against version %lld in production", static_cast<long long>(rollout.Int("previous")));
  std::printf("\n  rollout %s, begun %s by %s\n", rollout.Text("id").c_str(),
              FormatUtc(rollout.Int("began_ms")).c_str(), rollout.Text("actor").c_str());
  if (!rollout.Text("cause").empty()) std::printf("  caused by %s\n", rollout.Text("cause").c_str());
  if (!rollout.Text("reason").empty()) std::printf("  %s\n", rollout.Text("reason").c_str());
  const Json& decision = rollout.At("decision_record");
  if (decision.Text("policy") == "emergency")
    std::printf("  RELEASED IN AN EMERGENCY, without the due approvals\n");
  for (const Json& approval : decision.At("approvals").items()) {
    const std::string giver = approval.Text("for"), emergency = approval.Text("emergency");
    std::printf("  signed by %s%s\n", approval.Text("principal").c_str(),
                !giver.empty()       ? (" for " + giver).c_str()
                : !emergency.empty() ? (" in an emergency: " + emergency).c_str()
                                     : "");
  }
  PrintContestants(rollout.At("report"));
  if (rollout.At("decision_record").IsObject()) PrintRules(rollout.At("decision_record"));
  PrintCanary(rollout.At("canary"));
}

void PrintNext(const Json& rollout) {
  const Json& decision = rollout.At("decision_record");
  if (rollout.Text("stage") == "awaiting_approval" && decision.Text("state") == "open") {
    std::printf("\nTo let it through: cairn model approve %s --sign NAME   (%zu of %lld approvals)\n",
                rollout.Text("id").c_str(), decision.At("approvals").items().size(),
                static_cast<long long>(decision.Int("required")));
  }
}

void SayOutcome(const Session& session, const Json& rollout) {
  const std::string version =
                        "version " + std::to_string(rollout.Int("version")) + " of " + rollout.Text("model"),
                    stage = rollout.Text("stage");
  const Json& decision = rollout.At("decision_record");
  if (stage == "promoted")
    session.Say("\nPromoted: " + version + " is in production now.");
  else if (stage == "canary")
    session.Say("\nApproved: " + version +
                " answers its share of live traffic and is promoted when that goes well.");
  else if (stage == "kept_out")
    session.Say("\nKept out: " + version + ", " + rollout.Text("reason") + ".");
  else
    session.Say("\nSigned: " + std::to_string(decision.At("approvals").items().size()) + " of " +
                std::to_string(decision.Int("required")) + " approvals for " + version + ".");
}

}  // namespace cairn::cli
