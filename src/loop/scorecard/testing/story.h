#pragma once

#include <string>
#include <utility>
#include <vector>

#include "loop/scorecard/history.h"

namespace cairn::scorecard::testing {

constexpr std::int64_t kHour = 3'600'000, kDay = 24 * kHour;

/// A log written by hand: each event at its hour, in the order given.
class Story {
 public:
  Story& At(double hour, std::string kind, Json body, std::string cause = "", std::string actor = "ada") {
    Moment moment;
    moment.id = "e" + std::to_string(moments_.size());
    moment.position = static_cast<std::int64_t>(moments_.size());
    moment.at = kBegin + static_cast<TimeMs>(hour * kHour);
    std::string subject = "subject";
    if (kind.starts_with("pipeline.")) subject = "pipeline_run:" + body.Text("run");
    if (kind.starts_with("governance.decision")) subject = "decision:" + body.Text("decision");
    moment.event = {std::move(kind), std::move(subject), std::move(actor), std::move(cause), std::move(body)};
    moments_.push_back(std::move(moment));
    return *this;
  }
  Story& RunStarted(double hour, const std::string& run, const std::string& on,
                    const std::string& cause = "") {
    return At(hour, "pipeline.run_started", Json{{"run", run}, {"trigger", Json{{"on", on}}}}, cause);
  }
  Story& RunEnded(double hour, const std::string& run, const std::string& cause = "") {
    return At(hour, "pipeline.run_ended", Json{{"run", run}, {"state", "finished"}}, cause);
  }
  Story& Registered(double hour, int version, const std::string& cause = "") {
    return At(hour, "registry.version_added", Json{{"model", "m"}, {"version", version}}, cause);
  }
  Story& Judged(double hour, int version, bool passed, const std::string& cause = "") {
    return At(hour, "rollout.gates_judged", Json{{"model", "m"}, {"version", version}, {"passed", passed}},
              cause);
  }
  /// By a decision that was carried out.
  Story& Moved(double hour, int version, int previous, const std::string& decision = "d",
               const std::string& cause = "") {
    At(hour, "governance.decision_redeemed", Json{{"decision", decision}}, cause);
    return At(hour, "registry.alias_moved",
              Json{{"model", "m"},
                   {"alias", "production"},
                   {"version", std::to_string(version)},
                   {"previous", previous == 0 ? "" : std::to_string(previous)},
                   {"decision", decision}},
              cause);
  }
  Story& Promoted(double hour, int version, int previous, const std::string& cause = "") {
    return At(hour, "rollout.promoted",
              Json{{"model", "m"}, {"version", version}, {"previous", previous}, {"decision", "d"}}, cause);
  }
  Story& Raised(double hour, const std::string& alert, int version, const std::string& kind = "quality") {
    return At(hour, "monitoring.alert_raised",
              Json{{"alert", alert}, {"monitor", kind}, {"kind", kind}, {"model", "m"}, {"version", version}},
              alert, "system");
  }
  Story& Closed(double hour, const std::string& alert) {
    return At(hour, "monitoring.alert_closed", Json{{"alert", alert}, {"monitor", "quality"}}, alert,
              "system");
  }
  Story& Window(double hour, int version, bool breached, const std::string& kind = "quality",
                double value = 1.0) {
    return At(hour, "monitoring.window_closed",
              Json{{"monitor", kind},
                   {"kind", kind},
                   {"statistic", kind == "quality" ? "log_loss" : "psi"},
                   {"version", version},
                   {"values", Json::Array({Json{{"column", ""}, {"value", value}, {"breached", breached}}})}},
              "", "system");
  }
  /// A stage of a run that this trigger began, on a commit without changes.
  Story& Stage(double hour, const std::string& run, const std::string& stage, const std::string& on,
               int exit = 0, const std::string& commit = "c0ffee") {
    At(hour, "pipeline.run_started",
       Json{
           {"run", run}, {"trigger", Json{{"on", on}}}, {"git", Json{{"commit", commit}, {"dirty", false}}}});
    Json body{{"run", run}, {"stage", stage}, {"exit", exit}};
    if (exit == 0)
      body.Set("lineage", Json{{"to", Json::Array({Json{{"thing", "md5:1"}, {"as", "report.json"}}})}});
    return At(hour + 0.1, "pipeline.stage_ended", std::move(body));
  }
  /// A test done by hand by ada, `record` being its id.
  Story& ByHand(double hour, const std::string& test, const std::string& record, bool passed = true) {
    return At(hour, "scorecard.test_recorded",
              Json{{"record", record},
                   {"test", test},
                   {"done", kBegin + static_cast<TimeMs>(hour * kHour)},
                   {"passed", passed},
                   {"principal", "ada"}});
  }
  Story& Acknowledged(double hour, const std::string& record, const std::string& principal = "grace") {
    return At(hour, "scorecard.test_acknowledged", Json{{"record", record}, {"principal", principal}}, "",
              principal);
  }

  History Told() const { return History(moments_); }
  static constexpr TimeMs kBegin = 1'357'000'000'000;

 private:
  std::vector<Moment> moments_;
};

}  // namespace cairn::scorecard::testing
