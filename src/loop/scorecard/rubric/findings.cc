#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "loop/scorecard/rubric/examiner.h"

namespace cairn::scorecard {
namespace {

using Candidate = std::pair<std::string, std::string>;

Candidate CandidateOf(const Moment& moment) {
  return {moment.event.body.Text("model"), VersionIn(moment.event.body)};
}

std::string NameOf(const Candidate& candidate) {
  return "version " + candidate.second + " of " + candidate.first;
}

/// The approvals by people that made one of these decisions complete.
std::vector<const Moment*> ApprovalsOf(const Examiner& examiner, const std::set<std::string>& decisions) {
  std::vector<const Moment*> approvals;
  for (const Moment* approved : examiner.history().Of("governance.decision_approved")) {
    const Json& body = approved->event.body;
    if (body.Text("principal") != "policy" && body.Bool("complete") &&
        decisions.contains(body.Text("decision")))
      approvals.push_back(approved);
  }
  return approvals;
}

/// Proposed decisions in which a rule of one of these names was measured.
Finding RuleWasJudged(const Examiner& examiner, std::string_view key, std::string_view value,
                      std::string_view what) {
  Finding finding;
  const auto names = examiner.RulesWith(key, value);
  if (names.empty()) {
    finding.lacks = "The accepted configuration has no gate on " + std::string(what) + ".";
    return finding;
  }
  std::set<std::string> decisions;
  for (const Moment* proposed : examiner.history().Of("governance.decision_proposed")) {
    for (const Json& rule : proposed->event.body.At("rules").items()) {
      if (std::find(names.begin(), names.end(), rule.Text("name")) == names.end()) continue;
      finding.passing = rule.Bool("passed");
      if (finding.evidence.empty() || finding.evidence.back() != proposed)
        finding.evidence.push_back(proposed);
      decisions.insert(proposed->event.body.Text("decision"));
    }
  }
  finding.approved = ApprovalsOf(examiner, decisions);
  return finding;
}

/// With the evaluations (`cairn evaluate`) that judged any of what `counted` counts: by hand, but done.
Finding WithEvaluations(const Examiner& examiner, Finding finding, std::string_view counted) {
  const bool judged = !finding.evidence.empty();
  for (const Moment* made : examiner.history().Of("evaluation.made")) {
    if (made->event.body.Int(counted) == 0) continue;
    finding.evidence.push_back(made);
    if (!judged && counted == "slices_judged") finding.passing = made->event.body.Int("slices_worse") == 0;
  }
  std::sort(finding.evidence.begin(), finding.evidence.end());
  return finding;
}

Finding WindowsOf(const Examiner& examiner, std::string_view kind) {
  Finding finding;
  for (const Moment* closed : examiner.history().Of("monitoring.window_closed")) {
    if (closed->event.body.Text("kind") != kind) continue;
    finding.evidence.push_back(closed);
    finding.passing = WithinBounds(*closed);
  }
  return finding;
}

}  // namespace

Finding SchemaIsShared(const Examiner& examiner) {
  Finding finding;
  if (examiner.Setting("serving.assertions", "contract") != "contract") {
    finding.objection = "Serving does not check requests against the contract (serving.assertions).";
    return finding;
  }
  for (const Moment* checked : examiner.history().Of("data.contract_checked")) {
    finding.evidence.push_back(checked);
    finding.passing = checked->event.body.Bool("passed");
  }
  const Moment* loaded = examiner.history().Last("serving.loaded");
  if (loaded == nullptr) {
    finding.evidence.clear();
    finding.lacks = "No version was loaded for serving yet, so the contract was never used there.";
    return finding;
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

namespace {

/// Figures of one version: on the sealed rows, and the mean of its windows on live traffic.
struct Figures {
  bool promoted = false;
  double offline = std::nan("");
  double sum = 0, windows = 0;
};

/// Pearson's r; none when one of the two does not vary.
std::optional<double> Correlation(const std::vector<std::pair<double, double>>& points) {
  const auto count = static_cast<double>(points.size());
  double x_mean = 0, y_mean = 0, xx = 0, yy = 0, xy = 0;
  for (const auto& [x, y] : points) x_mean += x / count, y_mean += y / count;
  for (const auto& [x, y] : points) {
    xx += (x - x_mean) * (x - x_mean);
    yy += (y - y_mean) * (y - y_mean);
    xy += (x - x_mean) * (y - y_mean);
  }
  return xx > 0 && yy > 0 ? std::optional(xy / std::sqrt(xx * yy)) : std::nullopt;
}

/// By version of the configured model, of its metric.
std::map<std::string, Figures> FiguresOf(const Examiner& examiner, Finding& finding) {
  std::map<std::string, Figures> versions;
  std::string metric;
  for (const Moment& moment : examiner.history().moments()) {
    const Json& body = moment.event.body;
    const std::string& kind = moment.event.kind;
    if (kind == "rollout.promoted") versions[VersionIn(body)].promoted = true;
    if (kind == "rollout.examined" && body.At("value").IsNumber()) {
      metric = body.Text("metric");
      versions[VersionIn(body)].offline = body.Double("value");
    }
    if (kind != "monitoring.window_closed" || body.Text("kind") != "quality") continue;
    if (body.Text("statistic") != metric || body.At("values").items().empty()) continue;
    Figures& figures = versions[VersionIn(body)];
    figures.sum += body.At("values").items().front().Double("value");
    ++figures.windows;
    finding.evidence.push_back(&moment);
  }
  return versions;
}

}  // namespace

Finding OfflineFollowsLive(const Examiner& examiner) {
  constexpr std::size_t kFewest = 4;
  Finding finding;
  std::vector<std::pair<double, double>> points;
  for (const auto& [version, figures] : FiguresOf(examiner, finding)) {
    if (figures.promoted && !std::isnan(figures.offline) && figures.windows > 0)
      points.emplace_back(figures.offline, figures.sum / figures.windows);
  }
  if (points.size() < kFewest) {
    finding.evidence.clear();
    finding.lacks = std::to_string(points.size()) + (points.size() == 1 ? " version has" : " versions have") +
                    " both a figure on the sealed rows and one on live traffic; " + std::to_string(kFewest) +
                    " are needed to correlate them.";
    return finding;
  }
  if (const auto r = Correlation(points)) finding.passing = *r > 0.5;
  return finding;
}

Finding ParametersAreTuned(const Examiner& examiner) {
  Finding finding;
  finding.evidence = examiner.history().Of("sweep.queued");
  if (finding.evidence.empty()) finding.lacks = "No search over parameters is on record.";
  return finding;
}

Finding SimplerIsNotBetter(const Examiner& examiner) {
  return RuleWasJudged(examiner, "against", "heuristic", "the heuristic");
}
Finding SlicesAreGood(const Examiner& examiner) {
  return WithEvaluations(examiner, RuleWasJudged(examiner, "slice", "worst", "the worst slice"),
                         "slices_judged");
}
Finding GroupsAreTreatedAlike(const Examiner& examiner) {
  return WithEvaluations(examiner, RuleWasJudged(examiner, "gap", "", "a gap between groups"),
                         "groups_compared");
}

Finding GatesBeforeProduction(const Examiner& examiner) {
  Finding finding;
  // Other models, and other aliases of this one, move without gates.
  const std::string alias = examiner.Setting("model.alias", "production"),
                    model = examiner.Setting("model.name", "");
  std::set<Candidate> passed;
  std::set<std::string> decisions, carried_out;
  for (const Moment& moment : examiner.history().moments()) {
    const Json& body = moment.event.body;
    if (moment.event.kind == "governance.decision_redeemed") carried_out.insert(moment.event.subject);
    if (moment.event.kind == "rollout.gates_judged") {
      finding.evidence.push_back(&moment);
      finding.passing = body.Bool("passed");
      decisions.insert(body.Text("decision"));
      if (body.Bool("passed")) passed.insert(CandidateOf(moment));
    }
    if (moment.event.kind != "registry.alias_moved" || body.Text("alias") != alias) continue;
    if (VersionIn(body).empty() || (!model.empty() && body.Text("model") != model)) continue;
    if (!passed.contains(CandidateOf(moment)))
      finding.objection =
          NameOf(CandidateOf(moment)) + " went into production without passed gates before it.";
    else if (!carried_out.contains("decision:" + body.Text("decision")))
      finding.objection = NameOf(CandidateOf(moment)) +
                          " went into production without a decision that was carried out: event " +
                          moment.id + ".";
  }
  finding.approved = ApprovalsOf(examiner, decisions);
  return finding;
}

Finding CanaryBeforeAll(const Examiner& examiner) {
  Finding finding;
  std::set<Candidate> tried;
  for (const Moment& moment : examiner.history().moments()) {
    const Json& body = moment.event.body;
    if (moment.event.kind == "rollout.canary_ended" && body.Int("requests") > 0) {
      finding.evidence.push_back(&moment);
      finding.passing = body.Text("verdict") == "promote";
      if (body.Text("verdict") == "promote") tried.insert(CandidateOf(moment));
    }
    // The first version of a model has no traffic to take a share of.
    if (moment.event.kind != "rollout.promoted" || VersionIn(body, "previous").empty()) continue;
    if (!tried.contains(CandidateOf(moment)))
      finding.objection = NameOf(CandidateOf(moment)) + " was promoted without a canary on live traffic.";
  }
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
