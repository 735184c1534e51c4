#include <algorithm>
#include <map>

#include "loop/charter/charter.h"
#include "loop/registry/guard.h"
#include "loop/rollout/bindings.h"
#include "loop/scorecard/delivery.h"
#include "loop/scorecard/maturity.h"
#include "loop/scorecard/stations.h"
#include "loop/scorecard/test_score.h"
#include "server/cairn/answer.h"
#include "server/cairn/governing.h"
#include "server/cairn/monitor_json.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr std::size_t kPoints = 120;  ///< Of one line in a chart.
constexpr std::size_t kAlerts = 50;

Result<Json> CharterPart(const std::optional<Governing>& governing,
                         const std::optional<charter::Charter>& charter) {
  if (!governing)
    return Json{{"complete", false}, {"findings", Json::Array()},
                {"digest", ""},      {"objective", ""},
                {"problem", ""},     {"risk", Json()}};
  Json findings = Json::Array();
  for (const auto& finding : charter::Check(*charter, governing->document))
    findings.Push(finding.field + ": " + finding.problem);
  for (const auto& finding : CAIRN_TRY(rollout::UnboundIn(governing->document)))
    findings.Push(finding.field + ": " + finding.problem);
  const bool complete = findings.items().empty();
  return Json{{"complete", complete},
              {"findings", std::move(findings)},
              {"digest", governing->configuration.digest},
              {"objective", charter->objective},
              {"problem", charter->problem},
              {"risk", charter->risk ? Json(NameOf(*charter->risk)) : Json()}};
}

Json ConfigurationPart(const std::optional<Governing>& governing) {
  if (!governing) return {};
  return Json{{"digest", governing->configuration.digest},
              {"accepted_ms", governing->configuration.at},
              {"accepted_by", governing->configuration.by}};
}

/// The score is the eleventh station: it has no events of its own, but follows from those of all others.
Json ScorecardStation(const scorecard::TestScore& score, const scorecard::Maturity& maturity, bool begun) {
  const std::string summary =
      "ML Test Score " + Json(score.Score()).Dump() + ", level " + std::to_string(maturity.level);
  return Json{{"name", "scorecard"}, {"title", "Scorecard"}, {"state", begun ? "done" : "idle"},
              {"summary", summary},  {"events", 0},          {"last_event", Json()}};
}

Result<Json> MonitorsPart(const monitoring::Monitoring& monitoring) {
  std::map<std::pair<std::string, std::string>, std::vector<Json>> lines;
  for (const auto& window : CAIRN_TRY(monitoring.Windows()))
    lines[{window.monitor, window.column}].push_back(PointOf(window));
  Json items = Json::Array();
  for (const auto& monitor : monitoring.monitors()) {
    const bool quality = !monitor.quality.empty();
    const std::vector<std::string> whole{""};
    for (const auto& column : quality ? whole : monitor.columns) {
      auto& points = lines[{monitor.name, column}];
      if (points.size() > kPoints) points.erase(points.begin(), points.end() - kPoints);
      items.Push(Json{{"name", monitor.name},
                      {"kpi", monitor.protects},
                      {"kind", quality ? "quality" : "drift"},
                      {"statistic", quality ? monitor.quality : monitor.drift},
                      {"column", column},
                      {"above", monitor.above ? Json(*monitor.above) : Json()},
                      {"below", monitor.below ? Json(*monitor.below) : Json()},
                      {"window_ms", monitor.window_ms},
                      {"points", Json::Array(std::move(points))}});
    }
  }
  return items;
}

Result<Json> AlertsPart(const monitoring::Monitoring& monitoring) {
  auto alerts = CAIRN_TRY(monitoring.Alerts(false));
  std::stable_partition(alerts.begin(), alerts.end(), [](const auto& alert) { return alert.closed_ms == 0; });
  Json items = Json::Array();
  for (const auto& alert : alerts) {
    if (items.items().size() < kAlerts || alert.closed_ms == 0) items.Push(ToJson(alert));
  }
  return items;
}

/// The newest sealed event, proven: its proof names the tree of the last head.
Result<Json> AuditPart(const metadata::Log& log) {
  const std::int64_t events = CAIRN_TRY(log.Count());
  metadata::EventFilter filter;
  filter.order = metadata::EventFilter::Order::NewestFirst;
  filter.scope = metadata::EventFilter::Scope::Sealed;
  filter.limit = 1;
  const auto newest = CAIRN_TRY(log.Read(filter));
  if (newest.empty()) return Json{{"sealed", 0}, {"events", events}, {"root", ""}};
  const auto proof = CAIRN_TRY(log.InclusionOf(newest.front().id));
  return Json{{"sealed", proof.size}, {"events", events}, {"root", proof.root}};
}

Result<Json> Overview(const ScorecardRooms& rooms) {
  const TimeMs now = rooms.clock.Now();
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  const auto governing = CAIRN_TRY(GoverningIn(rooms.configurations));
  std::optional<charter::Charter> charter;
  registry::Guard guard;
  if (governing) {
    charter = CAIRN_TRY(charter::Parse(governing->document));
    guard = CAIRN_TRY(registry::GuardOf(governing->document));
  }
  const auto score = CAIRN_TRY(scorecard::Judge(history, governing ? &governing->document : nullptr, now));
  const auto maturity = scorecard::MaturityOf(history);

  Json stations = Json::Array(), kpis = Json::Array();
  for (const auto& station : scorecard::StationsOf(history)) stations.Push(ToJson(station));
  stations.Push(ScorecardStation(score, maturity, !history.moments().empty()));
  if (charter) {
    for (const auto& status : CAIRN_TRY(scorecard::StatusOf(charter->kpis, rooms.meters)))
      kpis.Push(ToJson(status));
  }
  // The page draws the figures; the rows behind them have their own addresses.
  Json delivery = scorecard::Delivery::Of(history, 0, now + 1).ToJson(), marks = score.ToJson(),
       level = maturity.ToJson();
  for (Json* part : {&delivery, &marks, &level}) part->Remove("items");
  delivery.Remove("incidents");
  return Json{{"now_ms", now},
              {"project", charter ? charter->project : ""},
              {"configuration", ConfigurationPart(governing)},
              {"charter", CAIRN_TRY(CharterPart(governing, charter))},
              {"stations", std::move(stations)},
              {"production", scorecard::ProductionOf(history, guard.model, guard.alias)},
              {"canary", scorecard::CanaryOf(history)},
              {"monitors", CAIRN_TRY(MonitorsPart(rooms.monitoring))},
              {"alerts", CAIRN_TRY(AlertsPart(rooms.monitoring))},
              {"kpis", std::move(kpis)},
              {"delivery", std::move(delivery)},
              {"score", std::move(marks)},
              {"level", std::move(level)},
              {"audit", CAIRN_TRY(AuditPart(rooms.log))}};
}

}  // namespace

void MountOverview(http::Router& router, const ScorecardRooms& rooms) {
  router.Get("/api/v1/overview", Answer([rooms](const Call&) { return Overview(rooms); }));
}

}  // namespace cairn::api
