#include "loop/scorecard/changes/changes.h"

namespace cairn::scorecard {
namespace {

/// Whether the version that the alert is about was taken back.
bool TakesBack(const Moment& returned, const Moment& raised) {
  const std::string version = VersionIn(raised.event.body);
  return !version.empty() && VersionIn(returned.event.body, "from") == version &&
         returned.event.body.Text("model") == raised.event.body.Text("model");
}

/// Notes what `moment` means for the incident; whether it means anything.
bool Take(const Moment& moment, const Moment& raised, Incident& incident) {
  const bool follows = moment.event.cause == incident.alert;
  if (Is(moment, "pipeline.run_started") && follows) {
    if (incident.answered) return false;
    incident.answered = moment.at;
    return true;
  }
  if (Is(moment, "registry.version_added") && follows) {
    if (incident.acted) return false;
    incident.registered = moment.at;
    return true;
  }
  const bool promoted = Is(moment, "rollout.promoted") && follows;
  const bool returned = Is(moment, "rollout.rolled_back") && (follows || TakesBack(moment, raised));
  if ((promoted || returned) && !incident.acted) {
    incident.acted = moment.at;
    incident.acted_by = promoted ? "promoted" : "rolled_back";
    if (!incident.answered) incident.answered = moment.at;
    return true;
  }
  if (!Is(moment, "monitoring.alert_closed") || moment.event.body.Text("alert") != incident.alert)
    return false;
  incident.to = moment.at;
  return true;
}

}  // namespace

Incident IncidentOf(const History& history, const Moment& raised) {
  Incident incident;
  incident.alert = raised.event.body.Text("alert");
  incident.monitor = raised.event.body.Text("monitor");
  incident.from = raised.at;
  incident.events.push_back(raised.id);
  const Moment* const end = history.moments().data() + history.moments().size();
  for (const Moment* moment = &raised + 1; moment != end && !incident.to; ++moment) {
    if (Take(*moment, raised, incident)) incident.events.push_back(moment->id);
  }
  return incident;
}

}  // namespace cairn::scorecard
