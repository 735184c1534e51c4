#include "loop/scorecard/stations.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace cairn::scorecard {
namespace {

struct Place {
  std::string_view name, title;
  std::string_view idle;  ///< What its summary says before anything happened.
};

constexpr std::array<Place, 10> kPlaces{{
    {"charter", "Charter", "no configuration accepted yet"},
    {"data", "Data", "no data set yet"},
    {"feasibility", "Feasibility", "not judged yet"},
    {"pipeline", "Pipeline", "never run"},
    {"tracking", "Tracking", "no run ended yet"},
    {"registry", "Registry", "no version yet"},
    {"gates", "Gates", "no candidate yet"},
    {"serving", "Serving", "nothing served yet"},
    {"monitoring", "Monitoring", "no window closed yet"},
    {"retraining", "Retraining", "no alert has led to a retraining yet"},
}};

/// The station of an event by the beginning of its kind; the longest that fits counts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kOwners{{
    {"governance.configuration", "charter"},
    {"governance.decision", "gates"},
    {"governance.emergency", "gates"},
    {"charter.", "charter"},
    {"charter.feasibility", "feasibility"},
    {"data.", "data"},
    {"pipeline.", "pipeline"},
    {"experiment.", "tracking"},
    {"run.", "tracking"},
    {"registry.", "registry"},
    {"rollout.", "gates"},
    {"rollout.canary", "serving"},
    {"rollout.promoted", "serving"},
    {"rollout.rolled_back", "serving"},
    {"serving.", "serving"},
}};

std::string_view OwnerOf(std::string_view kind) {
  if (kind.starts_with("monitoring.")) return "monitoring";
  std::string_view owner;
  std::size_t longest = 0;
  for (const auto& [beginning, station] : kOwners) {
    if (kind.starts_with(beginning) && beginning.size() > longest)
      owner = station, longest = beginning.size();
  }
  return owner;
}

/// The alerts, in order, that have not been closed.
std::vector<const Moment*> OpenAlerts(const History& history) {
  std::vector<const Moment*> open;
  for (const Moment& moment : history.moments()) {
    const std::string alert = moment.event.body.Text("alert");
    if (moment.event.kind == "monitoring.alert_raised") open.push_back(&moment);
    if (moment.event.kind == "monitoring.alert_closed") {
      std::erase_if(open, [&](const Moment* one) { return one->event.body.Text("alert") == alert; });
    }
  }
  return open;
}

Standing StandingOf(const Moment& last) {
  const std::string& kind = last.event.kind;
  const Json& body = last.event.body;
  if (kind == "pipeline.run_started" || kind == "pipeline.stage_ended" || kind == "rollout.canary_started")
    return Standing::Running;
  if (kind == "pipeline.trigger_refused") return Standing::Failed;
  if (kind == "pipeline.run_ended")
    return body.Text("state") == "finished" ? Standing::Done : Standing::Failed;
  if (kind == "charter.feasibility_judged")
    return body.Text("verdict") == "go" ? Standing::Done : Standing::Failed;
  if (kind == "data.contract_checked") return body.Bool("passed", true) ? Standing::Done : Standing::Failed;
  if (kind == "governance.decision_proposed") return Standing::Waiting;
  if (kind == "governance.decision_approved")
    return body.Bool("complete", true) ? Standing::Done : Standing::Waiting;
  if (kind == "governance.emergency_released") return Standing::Alert;
  if (kind == "rollout.gates_judged") return body.Bool("passed") ? Standing::Waiting : Standing::Failed;
  if (kind == "rollout.examined") return Standing::Running;
  if (kind == "rollout.kept_out" || kind == "governance.decision_rejected") return Standing::Failed;
  return Standing::Done;
}

void Look(Station& monitoring, const std::vector<const Moment*>& open) {
  if (open.empty()) return;
  monitoring.standing = Standing::Alert;
  monitoring.summary = std::to_string(open.size()) + (open.size() == 1 ? " open alert: " : " open alerts: ");
  std::set<std::string> names;
  for (const Moment* alert : open) names.insert(alert->event.body.Text("monitor"));
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  monitoring.summary += list;
}

}  // namespace

std::string_view NameOf(Standing standing) {
  switch (standing) {
    case Standing::Idle:
      return "idle";
    case Standing::Done:
      return "done";
    case Standing::Running:
      return "running";
    case Standing::Waiting:
      return "waiting";
    case Standing::Failed:
      return "failed";
    case Standing::Alert:
      return "alert";
  }
  return "idle";
}

Json ToJson(const Station& station) {
  Json last;
  if (station.last != nullptr) {
    const Moment& moment = *station.last;
    last = Json{{"event", moment.id},
                {"index", moment.position ? Json(*moment.position) : Json()},
                {"kind", moment.event.kind},
                {"at_ms", moment.at},
                {"subject", moment.event.subject},
                {"actor", moment.event.actor},
                {"cause", moment.event.cause},
                {"sentence", SentenceOf(moment)}};
  }
  return Json{{"name", station.name},       {"title", station.title},   {"state", NameOf(station.standing)},
              {"summary", station.summary}, {"events", station.events}, {"last_event", std::move(last)}};
}

std::vector<Station> StationsOf(const History& history) {
  std::vector<Station> stations;
  std::map<std::string_view, std::size_t> index;
  for (const Place& place : kPlaces) {
    index[place.name] = stations.size();
    stations.push_back({place.name, place.title, Standing::Idle, std::string(place.idle), 0, nullptr});
  }
  std::set<std::string> alerts;
  const auto arrive = [&](std::string_view name, const Moment& moment) {
    Station& station = stations[index.at(name)];
    ++station.events;
    station.last = &moment;
  };
  for (const Moment& moment : history.moments()) {
    if (moment.event.kind == "monitoring.alert_raised") alerts.insert(moment.event.body.Text("alert"));
    const std::string_view owner = OwnerOf(moment.event.kind);
    if (!owner.empty()) arrive(owner, moment);
    // The story that an alert set off is told twice: where it happened, and as a retraining.
    if (owner != "monitoring" && alerts.contains(moment.event.cause)) arrive("retraining", moment);
  }
  for (Station& station : stations) {
    if (station.last == nullptr) continue;
    station.summary = SentenceOf(*station.last);
    station.standing = StandingOf(*station.last);
  }
  Look(stations[index.at("monitoring")], OpenAlerts(history));
  return stations;
}

Json ProductionOf(const History& history, std::string_view model, std::string_view alias) {
  const Moment* move = nullptr;
  for (const Moment* one : history.Of("registry.alias_moved")) {
    const Json& body = one->event.body;
    if (body.Text("alias") == alias && (model.empty() || body.Text("model") == model)) move = one;
  }
  if (move == nullptr || VersionIn(move->event.body).empty()) return {};
  const Json& body = move->event.body;
  const std::string decision = body.Text("decision");
  // A return that its promotion allowed in advance was signed with the promotion.
  std::string promotion;
  for (const Moment* approved : history.Of("governance.decision_approved")) {
    if (!decision.empty() && approved->event.subject == "decision:" + decision)
      promotion = approved->event.body.Text("promotion");
  }
  const std::string signed_for = promotion.empty() ? decision : promotion;
  Json approvers = Json::Array();
  for (const Moment* approved : history.Of("governance.decision_approved")) {
    if (!signed_for.empty() && approved->event.subject == "decision:" + signed_for)
      approvers.Push(approved->event.body.Text("principal"));
  }
  for (const Moment* released : history.Of("governance.emergency_released")) {
    if (!signed_for.empty() && released->event.subject == "decision:" + signed_for)
      approvers.Push(released->event.body.Text("principal") + " (emergency)");
  }
  return Json{{"model", body.Text("model")},   {"version", VersionIn(body)},
              {"since_ms", move->at},          {"approved_by", std::move(approvers)},
              {"preauthorised_by", promotion}, {"decision", decision},
              {"cause", move->event.cause},    {"previous", VersionIn(body, "previous")}};
}

Json CanaryOf(const History& history) {
  const Moment *started = history.Last("rollout.canary_started"),
               *ended = history.Last("rollout.canary_ended");
  if (started == nullptr || (ended != nullptr && History::Before(*started, *ended))) return {};
  const Json& body = started->event.body;
  const Moment* step = history.Last("rollout.canary_step");
  const bool moved = step != nullptr && History::Before(*started, *step);
  return Json{{"model", body.Text("model")},
              {"version", VersionIn(body)},
              {"share", (moved ? step->event.body : body).Double("share")},
              {"since_ms", started->at}};
}

}  // namespace cairn::scorecard
