#include "loop/scorecard/risks.h"

#include <algorithm>

#include "ground/vocabulary/time.h"

namespace cairn::scorecard {
namespace {

/// The last moment of a kind that `says` something, which is then in the answer.
template <class Says>
void Newest(const History& history, std::string_view kind, ControlResult& result, const Says& says) {
  const auto all = history.Of(kind);
  for (auto one = all.rbegin(); one != all.rend() && !result.passed; ++one) {
    result.passed = says((*one)->event.body, **one);
    if (result.passed) result.evidence = *one;
  }
}

ControlResult ResultOf(const Control& control, const History& history, const TestScore& score) {
  ControlResult result{control, {}, false, nullptr};
  using Said = std::optional<bool>;
  switch (control.by) {
    case Control::By::Gate:
      Newest(history, "governance.decision_proposed", result, [&](const Json& body, const Moment&) -> Said {
        for (const Json& rule : body.At("rules").items())
          if (rule.Text("name") == control.name) return rule.Bool("passed");
        return {};
      });
      break;
    case Control::By::Monitor:
      Newest(history, "monitoring.window_closed", result,
             [&](const Json& body, const Moment& window) -> Said {
               return body.Text("monitor") == control.name ? Said(WithinBounds(window)) : Said();
             });
      break;
    case Control::By::Stage:
      Newest(history, "pipeline.stage_ended", result, [&](const Json& body, const Moment&) -> Said {
        if (body.Text("stage") != control.name) return {};
        return body.At("exit").IsInt() && body.Int("exit") == 0;
      });
      break;
    case Control::By::Test:
      const ScoredTest* test = score.Find(control.name);
      if (test != nullptr && !test->evidence.empty()) {
        result.evidence = test->evidence.back();
        result.passed = test->points > 0 && test->passing.IsBool() && test->passing.AsBool();
      }
      break;
  }
  return result;
}

/// Why the risk is not controlled; "" when it is.
std::string OpenBecause(const RiskStanding& risk) {
  if (risk.controls.empty()) return "Nothing controls it, and nobody has said why it is borne.";
  for (const ControlResult& one : risk.controls) {
    const std::string name = std::string(NameOf(one.control.by)) + " '" + one.control.name + "'";
    if (!one.passed) return "The " + name + " has said nothing yet.";
    const std::string when = " on " + FormatDate(one.evidence->at) + ".";
    if (!*one.passed) return "The " + name + " did not pass" + when;
    if (!one.recent) return "The " + name + " passed last, longer ago than the cadence allows," + when;
  }
  return "";
}

void Stand(RiskStanding& risk) {
  const RiskEntry& entry = *risk.entry;
  if (!entry.IsWeighed()) {
    risk.why = entry.owner.empty() ? "Nobody answers for it: it has no 'owner'."
                                   : "Nobody has said how likely it is and how much it would do.";
    return;
  }
  const std::string open = OpenBecause(risk);
  if (open.empty()) {
    risk.state = RiskStanding::State::Controlled;
    risk.why = "Each of its controls passed, last on " +
               FormatDate((*std::max_element(risk.controls.begin(), risk.controls.end(),
                                             [](const ControlResult& a, const ControlResult& b) {
                                               return a.evidence->at < b.evidence->at;
                                             }))
                              .evidence->at) +
               ".";
  } else if (!entry.accepted.empty()) {
    risk.state = RiskStanding::State::Accepted;
    risk.why = "Borne by " + entry.owner + ": " + entry.accepted;
  } else {
    risk.why = open;
  }
}

Json ToJson(const ControlResult& one) {
  const std::string_view result = !one.passed    ? "never"
                                  : !*one.passed ? "failed"
                                  : one.recent   ? "passed"
                                                 : "stale";
  return Json{{"by", NameOf(one.control.by)},
              {"name", one.control.name},
              {"result", result},
              {"at_ms", one.evidence == nullptr ? Json() : Json(one.evidence->at)},
              {"evidence", one.evidence == nullptr ? Json() : Citation(*one.evidence)}};
}

}  // namespace

std::string_view NameOf(RiskStanding::State state) {
  switch (state) {
    case RiskStanding::State::Controlled:
      return "controlled";
    case RiskStanding::State::Accepted:
      return "accepted";
    case RiskStanding::State::Open:
      return "open";
  }
  return "open";
}

std::vector<RiskStanding> RisksOf(const Oversight& oversight, const History& history, const TestScore& score,
                                  std::int64_t cadence_ms, TimeMs now) {
  std::vector<RiskStanding> risks;
  for (const RiskEntry& entry : oversight.risks) {
    RiskStanding risk;
    risk.entry = &entry;
    for (const Control& control : entry.controls) {
      ControlResult result = ResultOf(control, history, score);
      result.recent = result.evidence != nullptr && result.evidence->at >= now - cadence_ms;
      risk.controls.push_back(std::move(result));
    }
    Stand(risk);
    risks.push_back(std::move(risk));
  }
  std::stable_sort(risks.begin(), risks.end(),
                   [](const RiskStanding& a, const RiskStanding& b) { return a.Weight() > b.Weight(); });
  return risks;
}

std::vector<std::string_view> UnjudgedKinds(std::span<const RiskStanding> risks) {
  std::vector<std::string_view> kinds = RiskKinds();
  std::erase_if(kinds, [&](std::string_view kind) {
    return std::any_of(risks.begin(), risks.end(),
                       [&](const RiskStanding& risk) { return risk.entry->kind == kind; });
  });
  return kinds;
}

Json ToJson(const std::vector<RiskStanding>& risks) {
  Json items = Json::Array(), unjudged = Json::Array();
  std::int64_t open = 0;
  for (const RiskStanding& risk : risks) {
    const RiskEntry& entry = *risk.entry;
    open += risk.state == RiskStanding::State::Open;
    Json controls = Json::Array();
    for (const ControlResult& one : risk.controls) controls.Push(ToJson(one));
    items.Push(Json{{"risk", entry.risk},
                    {"kind", entry.kind},
                    {"likelihood", GradeName(entry.likelihood)},
                    {"impact", GradeName(entry.impact)},
                    {"weight", risk.Weight()},
                    {"owner", entry.owner},
                    {"accepted", entry.accepted},
                    {"state", NameOf(risk.state)},
                    {"why", risk.why},
                    {"controls", std::move(controls)}});
  }
  for (const auto kind : UnjudgedKinds(risks)) unjudged.Push(kind);
  return Json{{"open", open}, {"items", std::move(items)}, {"unjudged", std::move(unjudged)}};
}

}  // namespace cairn::scorecard
