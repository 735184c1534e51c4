#include "loop/monitoring/derived.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "ledger/metadata/log.h"
#include "loop/monitoring/store/window_table.h"

namespace cairn::monitoring {
namespace {

using metadata::LoggedEvent;

Json RowOf(const Alert& alert) {
  return Json{{"id", alert.id},
              {"monitor", alert.monitor},
              {"kpi", alert.kpi},
              {"column", alert.column},
              {"value", alert.value},
              {"bound", alert.bound},
              {"from", alert.from},
              {"to", alert.to},
              {"raised", alert.raised_ms},
              {"acknowledged", alert.acknowledged_ms},
              {"acknowledged_by", alert.acknowledged_by},
              {"closed", alert.closed_ms}};
}

Json RowOf(const Window& window) {
  return Json{
      {"monitor", window.monitor}, {"column", window.column}, {"from", window.from},        {"to", window.to},
      {"rows", window.rows},       {"value", window.value},   {"breached", window.breached}};
}

/// Rows as they read back from text: in an event a whole double has become an integer.
template <class Row>
Result<Json> RowsOf(const std::vector<Row>& all) {
  Json rows = Json::Array();
  for (const Row& one : all) rows.Push(RowOf(one));
  return Json::Parse(rows.Dump());
}

Result<std::vector<LoggedEvent>> EventsOf(sql::Database& database, const std::string& kind) {
  metadata::EventFilter filter;
  filter.kind = kind;
  filter.limit = std::numeric_limits<std::int64_t>::max();
  return metadata::Log(database).Read(filter);
}

Alert RaisedBy(const LoggedEvent& logged) {
  const Json& body = logged.event.body;
  Alert alert;
  alert.id = body.Text("alert");
  alert.monitor = body.Text("monitor");
  alert.kpi = body.Text("kpi");
  alert.column = body.Text("column");
  alert.value = body.Double("value");
  alert.bound = body.Double("threshold");
  alert.from = body.At("window").Int("from");
  alert.to = body.At("window").Int("to");
  alert.raised_ms = logged.at;
  return alert;
}

std::vector<Alert> InOrder(std::vector<Alert> alerts) {
  std::sort(alerts.begin(), alerts.end(), [](const Alert& a, const Alert& b) { return a.id < b.id; });
  return alerts;
}

std::vector<Window> InOrder(std::vector<Window> windows) {
  std::erase_if(windows, [](const Window& window) { return window.state != "closed"; });
  const auto place = [](const Window& one) { return std::tie(one.monitor, one.column, one.from); };
  std::sort(windows.begin(), windows.end(),
            [&](const Window& a, const Window& b) { return place(a) < place(b); });
  return windows;
}

Result<std::vector<Alert>> AlertsInLog(sql::Database& database) {
  std::map<std::string, Alert> alerts;
  for (const auto& logged : CAIRN_TRY(EventsOf(database, "monitoring."))) {
    const std::string& kind = logged.event.kind;
    if (!kind.starts_with("monitoring.alert_")) continue;
    Alert& alert = alerts[logged.event.body.Text("alert")];
    if (kind == "monitoring.alert_raised") alert = RaisedBy(logged);
    if (kind == "monitoring.alert_closed") alert.closed_ms = logged.at;
    if (kind == "monitoring.alert_acknowledged") {
      alert.acknowledged_ms = logged.at;
      alert.acknowledged_by = logged.event.actor;
    }
  }
  std::vector<Alert> all;
  for (auto& [id, alert] : alerts) all.push_back(std::move(alert));
  return all;
}

Result<std::vector<Window>> WindowsInLog(sql::Database& database) {
  std::vector<Window> windows;
  for (const auto& logged : CAIRN_TRY(EventsOf(database, "monitoring.window_closed"))) {
    const Json& body = logged.event.body;
    for (const Json& value : body.At("values").items()) {
      windows.push_back({body.Text("monitor"), value.Text("column"), body.At("window").Int("from"),
                         body.At("window").Int("to"), value.Int("rows", body.Int("rows")), "closed",
                         value.Double("value"), value.Bool("breached")});
    }
  }
  return windows;
}

}  // namespace

metadata::DerivedTable AlertsOf(sql::Database& database) {
  return {"monitor_alert",
          [&database]() -> Result<Json> {
            return RowsOf(InOrder(CAIRN_TRY(
                database.Read([](sql::Connection& connection) { return SelectAlerts(connection, false); }))));
          },
          [&database]() -> Result<Json> { return RowsOf(InOrder(CAIRN_TRY(AlertsInLog(database)))); }};
}

metadata::DerivedTable WindowsOf(sql::Database& database) {
  return {"monitor_window",
          [&database]() -> Result<Json> {
            return RowsOf(InOrder(CAIRN_TRY(
                database.Read([](sql::Connection& connection) { return SelectWindows(connection, ""); }))));
          },
          [&database]() -> Result<Json> { return RowsOf(InOrder(CAIRN_TRY(WindowsInLog(database)))); }};
}

}  // namespace cairn::monitoring
