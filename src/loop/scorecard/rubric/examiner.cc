#include "loop/scorecard/rubric/examiner.h"

#include <algorithm>

namespace cairn::scorecard {
namespace {

bool SameCandidate(const Moment& a, const Moment& b) {
  return a.event.body.Text("model") == b.event.body.Text("model") &&
         VersionIn(a.event.body) == VersionIn(b.event.body);
}

std::string NameOf(const Moment& moment) {
  return "version " + VersionIn(moment.event.body) + " of " + moment.event.body.Text("model");
}

/// Proposed decisions in which a rule of one of these names was measured.
Finding RuleWasJudged(const Examiner& examiner, std::string_view key, std::string_view value,
                      std::string_view what) {
  Finding finding;
  const auto names = examiner.RulesWith(key, value);
  if (names.empty()) {
    finding.objection = "The accepted configuration has no gate on " + std::string(what) + ".";
    return finding;
  }
  for (const Moment* proposed : examiner.history().Of("governance.decision_proposed")) {
    for (const Json& rule : proposed->event.body.At("rules").items()) {
      if (std::find(names.begin(), names.end(), rule.Text("name")) == names.end()) continue;
      finding.passing = rule.Bool("passed");
      if (finding.evidence.empty() || finding.evidence.back() != proposed)
        finding.evidence.push_back(proposed);
    }
  }
  return finding;
}

Finding WindowsOf(const Examiner& examiner, std::string_view kind) {
  Finding finding;
  for (const Moment* closed : examiner.history().Of("monitoring.window_closed")) {
    if (closed->event.body.Text("kind") != kind) continue;
    finding.evidence.push_back(closed);
    const auto& values = closed->event.body.At("values").items();
    finding.passing =
        std::none_of(values.begin(), values.end(), [](const Json& value) { return value.Bool("breached"); });
  }
  return finding;
}

}  // namespace

std::string Examiner::Setting(std::string_view path, std::string_view otherwise) const {
  const Node* node = configuration_ == nullptr ? nullptr : configuration_->FindPath(path);
  return node == nullptr || !node->IsScalar() ? std::string(otherwise) : node->text();
}

std::vector<std::string> Examiner::RulesWith(std::string_view key, std::string_view value) const {
  std::vector<std::string> names;
  const Node* rules = configuration_ == nullptr ? nullptr : configuration_->FindPath("gates.rules");
  if (rules == nullptr) return names;
  for (const Node& rule : rules->items()) {
    const Node *name = rule.Find("name"), *setting = rule.Find(key);
    if (name != nullptr && setting != nullptr && setting->text() == value) names.push_back(name->text());
  }
  return names;
}

Examiner::Weight Examiner::WeightOf(const Finding& finding) const {
  Weight weight;
  for (const Moment* moment : finding.evidence)
    ++(history_.IsAutomatic(*moment) ? weight.automatic : weight.by_hand);
  weight.stale = !finding.evidence.empty() && finding.evidence.back()->at < now_ - cadence_ms_;
  return weight;
}

double Examiner::PointsFor(const Finding& finding) const {
  const Weight weight = WeightOf(finding);
  if (!finding.objection.empty() || weight.stale || finding.evidence.empty()) return 0;
  return weight.automatic >= 2 ? 1 : 0.5;
}

std::string Examiner::SentenceFor(const Finding& finding) const {
  if (!finding.objection.empty()) return finding.objection;
  const Weight weight = WeightOf(finding);
  if (finding.evidence.empty()) return "It never happened.";
  if (weight.stale)
    return "The newest record is from " + FormatDate(finding.evidence.back()->at) +
           ", longer ago than the cadence allows.";
  return "On record " + std::to_string(weight.automatic) + " times by the program itself, " +
         std::to_string(weight.by_hand) + " times by hand.";
}

Finding SchemaIsShared(const Examiner& examiner) {
  Finding finding;
  if (examiner.Setting("serving.assertions", "contract") != "contract") {
    finding.objection = "Serving does not check requests against the contract (serving.assertions).";
    return finding;
  }
  const Moment* loaded = examiner.history().Last("serving.loaded");
  if (loaded == nullptr) {
    finding.objection = "No version was loaded for serving yet, so the contract was never used there.";
    return finding;
  }
  for (const Moment* checked : examiner.history().Of("data.contract_checked")) {
    finding.evidence.push_back(checked);
    finding.passing = checked->event.body.Bool("passed");
  }
  // Older records do not name the contract.
  const std::string served = loaded->event.body.Text("contract");
  const std::string held =
      finding.evidence.empty() ? "" : finding.evidence.back()->event.body.Text("contract");
  if (!served.empty() && !held.empty() && served != held)
    finding.objection =
        "Serving checks requests against another contract than the newest data was held against.";
  return finding;
}

Finding SimplerIsNotBetter(const Examiner& examiner) {
  return RuleWasJudged(examiner, "against", "heuristic", "the heuristic");
}
Finding SlicesAreGood(const Examiner& examiner) {
  return RuleWasJudged(examiner, "slice", "worst", "the worst slice");
}

Finding GatesBeforeProduction(const Examiner& examiner) {
  Finding finding;
  // Other models, and other aliases of this one, move without gates.
  const std::string alias = examiner.Setting("model.alias", "production"),
                    model = examiner.Setting("model.name", "");
  const auto judged = examiner.history().Of("rollout.gates_judged");
  for (const Moment* move : examiner.history().Of("registry.alias_moved")) {
    const Json& body = move->event.body;
    if (body.Text("alias") != alias || VersionIn(body).empty()) continue;
    if (!model.empty() && body.Text("model") != model) continue;
    const bool covered = std::any_of(judged.begin(), judged.end(), [&](const Moment* gates) {
      return History::Before(*gates, *move) && SameCandidate(*gates, *move) &&
             gates->event.body.Bool("passed");
    });
    if (!covered) finding.objection = NameOf(*move) + " went into production without passed gates before it.";
  }
  finding.evidence = judged;
  if (!judged.empty()) finding.passing = judged.back()->event.body.Bool("passed");
  return finding;
}

Finding CanaryBeforeAll(const Examiner& examiner) {
  Finding finding;
  for (const Moment* ended : examiner.history().Of("rollout.canary_ended")) {
    if (ended->event.body.Int("requests") > 0) finding.evidence.push_back(ended);
  }
  for (const Moment* promoted : examiner.history().Of("rollout.promoted")) {
    // The first version of a model has no traffic to take a share of.
    if (VersionIn(promoted->event.body, "previous").empty()) continue;
    const bool tried =
        std::any_of(finding.evidence.begin(), finding.evidence.end(), [&](const Moment* ended) {
          return History::Before(*ended, *promoted) && SameCandidate(*ended, *promoted) &&
                 ended->event.body.Text("verdict") == "promote";
        });
    if (!tried) finding.objection = NameOf(*promoted) + " was promoted without a canary on live traffic.";
  }
  if (!finding.evidence.empty())
    finding.passing = finding.evidence.back()->event.body.Text("verdict") == "promote";
  return finding;
}

Finding CanBeTakenBack(const Examiner& examiner) {
  Finding finding;
  finding.evidence = examiner.history().Of("rollout.rolled_back");
  if (!finding.evidence.empty()) finding.passing = true;
  return finding;
}

Finding InputsAreWatched(const Examiner& examiner) { return WindowsOf(examiner, "drift"); }
Finding QualityIsWatched(const Examiner& examiner) { return WindowsOf(examiner, "quality"); }

}  // namespace cairn::scorecard
