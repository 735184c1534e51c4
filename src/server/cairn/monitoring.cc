#include <cmath>

#include "server/cairn/answer.h"
#include "server/cairn/monitor_json.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr std::size_t kLabelsAtOnce = 50'000;

/// {"labels": [{"id": "<request id>.<row>", "value": 0 | 1 | number}…]}
Result<Json> PostLabels(monitoring::Monitoring& monitoring, const Call& call) {
  const Json& given = call.body.At("labels");
  if (!given.IsArray())
    return Error{Reason::InvalidArgument, "the body must be {\"labels\": [{\"id\": …, \"value\": …}, …]}"};
  if (given.items().size() > kLabelsAtOnce)
    return Error{Reason::TooLarge, "at most 50,000 labels can be posted at once: send them in parts"};
  std::vector<monitoring::Label> labels;
  labels.reserve(given.items().size());
  for (const Json& label : given.items()) {
    const Json& value = label.At("value");
    if (!label.At("id").IsString() || !(value.IsNumber() || value.IsBool())) {
      return Error{Reason::InvalidArgument,
                   "labels[" + std::to_string(labels.size()) + "] must be {\"id\": text, \"value\": number}"};
    }
    labels.push_back({label.Text("id"), value.IsBool() ? (value.AsBool() ? 1.0 : 0.0) : value.AsDouble()});
  }
  const auto joined = CAIRN_TRY(monitoring.PostLabels(labels));
  return Json{{"accepted", joined.accepted}, {"unknown", joined.unknown}};
}

Result<Json> ListMonitors(const monitoring::Monitoring& monitoring) {
  Json items = Json::Array();
  const auto problems = monitoring.Problems();
  for (const auto& monitor : monitoring.monitors()) {
    const auto problem = problems.find(monitor.name);
    Json columns = Json::Array();
    for (const auto& column : monitor.columns) columns.Push(column);
    items.Push(Json{{"name", monitor.name},
                    {"protects", monitor.protects},
                    {"quality", monitor.quality},
                    {"drift", monitor.drift},
                    {"columns", std::move(columns)},
                    {"window_ms", monitor.window_ms},
                    {"min_rows", monitor.min_rows},
                    {"above", monitor.above ? Json(*monitor.above) : Json()},
                    {"below", monitor.below ? Json(*monitor.below) : Json()},
                    {"problem", problem == problems.end() ? "" : problem->second}});
  }
  return Json{{"items", std::move(items)}};
}

/// ?monitor=
Result<Json> ListWindows(const monitoring::Monitoring& monitoring, const Call& call) {
  Json items = Json::Array();
  for (const auto& window : CAIRN_TRY(monitoring.Windows(call.Query("monitor")))) {
    Json item = PointOf(window);
    item.Set("monitor", window.monitor).Set("column", window.column);
    items.Push(std::move(item));
  }
  return Json{{"items", std::move(items)}};
}

/// ?open=1
Result<Json> ListAlerts(const monitoring::Monitoring& monitoring, const Call& call) {
  const std::string open = call.Query("open");
  Json items = Json::Array();
  for (const auto& alert : CAIRN_TRY(monitoring.Alerts(open == "1" || open == "true")))
    items.Push(ToJson(alert));
  return Json{{"items", std::move(items)}};
}

Json Moment(TimeMs at) { return at == 0 ? Json() : Json(at); }

}  // namespace

Json PointOf(const monitoring::Window& window) {
  const bool known = window.state == "closed" && std::isfinite(window.value);
  return Json{
      {"from_ms", window.from}, {"to_ms", window.to},    {"value", known ? Json(window.value) : Json()},
      {"rows", window.rows},    {"state", window.state}, {"breached", window.breached}};
}

Json ToJson(const monitoring::Alert& alert) {
  return Json{{"id", alert.id},
              {"monitor", alert.monitor},
              {"kpi", alert.kpi},
              {"column", alert.column},
              {"value", alert.value},
              {"bound", alert.bound},
              {"from_ms", alert.from},
              {"to_ms", alert.to},
              {"raised_ms", alert.raised_ms},
              {"acknowledged_ms", Moment(alert.acknowledged_ms)},
              {"acknowledged_by", alert.acknowledged_by},
              {"closed_ms", Moment(alert.closed_ms)}};
}

void MountMonitoring(http::Router& router, MonitoringRooms given) {
  const auto rooms = std::make_shared<MonitoringRooms>(std::move(given));
  router.Post("/api/v1/labels",
              Answer([rooms](const Call& call) { return PostLabels(rooms->monitoring, call); }));
  router.Get("/api/v1/monitors", Answer([rooms](const Call&) { return ListMonitors(rooms->monitoring); }));
  router.Get("/api/v1/monitors/windows",
             Answer([rooms](const Call& call) { return ListWindows(rooms->monitoring, call); }));
  router.Get("/api/v1/alerts",
             Answer([rooms](const Call& call) { return ListAlerts(rooms->monitoring, call); }));
  router.Post("/api/v1/alerts/{id}/acknowledge", Answer([rooms](const Call& call) -> Result<Json> {
                return ToJson(CAIRN_TRY(rooms->monitoring.Acknowledge(call.Path("id"), call.Actor())));
              }));
  router.Post("/api/v1/monitors/advance", Answer([rooms](const Call&) -> Result<Json> {
                Json raised = Json::Array();
                CAIRN_TRY(rooms->monitoring.Advance([&](const monitoring::Alert& alert) -> Result<> {
                  raised.Push(ToJson(alert));
                  return rooms->on_alert ? rooms->on_alert(alert) : Result<>();
                }));
                return Json{{"raised", std::move(raised)}};
              }));
}

}  // namespace cairn::api
