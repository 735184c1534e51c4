#include "loop/monitoring/store/window_table.h"

namespace cairn::monitoring {
namespace {

constexpr std::string_view kWindowColumns =
    "monitor, column_name, from_ms, to_ms, row_count, state, value, breached";
constexpr std::string_view kAlertColumns =
    "id, monitor, kpi, column_name, value, bound, from_ms, to_ms, raised_ms, acknowledged_ms, "
    "acknowledged_by, closed_ms";

Window WindowOf(const sql::Row& row) {
  return {row.Text(0), row.Text(1), row.Int(2),    row.Int(3),
          row.Int(4),  row.Text(5), row.Double(6), row.Int(7) != 0};
}

void AddWindow(std::vector<sql::Value>& values, const Window& window) {
  for (sql::Value value :
       {sql::Value(window.monitor), sql::Value(window.column), sql::Value(window.from), sql::Value(window.to),
        sql::Value(window.rows), sql::Value(window.state),
        window.state == "closed" ? sql::Value(window.value) : sql::Value(), sql::Value(window.breached)}) {
    values.push_back(std::move(value));
  }
}

Alert AlertOf(const sql::Row& row) {
  Alert alert;
  alert.id = row.Text(0);
  alert.monitor = row.Text(1);
  alert.kpi = row.Text(2);
  alert.column = row.Text(3);
  alert.value = row.Double(4);
  alert.bound = row.Double(5);
  alert.from = row.Int(6);
  alert.to = row.Int(7);
  alert.raised_ms = row.Int(8);
  alert.acknowledged_ms = row.Int(9);
  alert.acknowledged_by = row.Text(10);
  alert.closed_ms = row.Int(11);
  return alert;
}

std::string Select(std::string_view columns, std::string_view rest) {
  return "SELECT " + std::string(columns) + " FROM " + std::string(rest);
}

std::optional<Alert> First(const sql::Rows& rows) {
  return rows.empty() ? std::optional<Alert>() : AlertOf(rows[0]);
}

}  // namespace

Result<> OpenWindows(sql::Connection& connection, const std::vector<Window>& windows) {
  std::vector<sql::Value> values;
  for (const Window& window : windows) AddWindow(values, window);
  return connection.InsertRows("INSERT INTO monitor_window (" + std::string(kWindowColumns) + ")", 8, values,
                               "ON CONFLICT (monitor, column_name, from_ms) DO NOTHING");
}

Result<std::vector<Span>> UnsettledSpans(sql::Connection& connection, const std::string& monitor) {
  std::vector<Span> spans;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT DISTINCT from_ms, to_ms FROM monitor_window WHERE monitor = $1 AND "
                                "state IN ('open', 'pending') ORDER BY from_ms",
                                {monitor}))) {
    spans.push_back({row.Int(0), row.Int(1)});
  }
  return spans;
}

Result<bool> IsUnsettled(sql::Connection& connection, const std::string& monitor, TimeMs from) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT 1 FROM monitor_window WHERE monitor = $1 AND from_ms = $2 AND state "
                               "IN ('open', 'pending') LIMIT 1",
                               {monitor, from}));
  return !rows.empty();
}

Result<> PutWindow(sql::Connection& connection, const Window& window) {
  std::vector<sql::Value> values;
  AddWindow(values, window);
  return connection.InsertRows("INSERT INTO monitor_window (" + std::string(kWindowColumns) + ")", 8, values,
                               "ON CONFLICT (monitor, column_name, from_ms) DO UPDATE SET row_count = "
                               "excluded.row_count, state = excluded.state, "
                               "value = excluded.value, breached = excluded.breached");
}

Result<std::vector<Window>> SelectWindows(sql::Connection& connection, std::string_view monitor) {
  std::vector<Window> windows;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run(Select(kWindowColumns,
                                       "monitor_window WHERE CAST($1 AS TEXT) = '' OR monitor = $1 ORDER BY "
                                       "monitor, column_name, from_ms"),
                                {monitor}))) {
    windows.push_back(WindowOf(row));
  }
  return windows;
}

Result<std::optional<Window>> NewestClosed(sql::Connection& connection, const std::string& monitor) {
  const auto rows = CAIRN_TRY(connection.Run(
      Select(kWindowColumns,
             "monitor_window WHERE monitor = $1 AND state = 'closed' ORDER BY from_ms DESC LIMIT 1"),
      {monitor}));
  if (rows.empty()) return std::optional<Window>();
  return std::optional(WindowOf(rows[0]));
}

Result<std::optional<Span>> SelectBaseline(sql::Connection& connection, const std::string& monitor,
                                           std::int64_t version) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT from_ms, to_ms FROM monitor_baseline WHERE monitor = $1 AND version = $2", {monitor, version}));
  if (rows.empty()) return std::optional<Span>();
  return std::optional(Span{rows[0].Int(0), rows[0].Int(1)});
}

Result<> PutBaseline(sql::Connection& connection, const std::string& monitor, std::int64_t version,
                     Span span) {
  CAIRN_TRY(
      connection.Run("INSERT INTO monitor_baseline (monitor, version, from_ms, to_ms) VALUES ($1, $2, $3, "
                     "$4) ON CONFLICT (monitor, version) DO NOTHING",
                     {monitor, version, span.from, span.to}));
  return Done{};
}

Result<> InsertAlert(sql::Connection& connection, const Alert& alert) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO monitor_alert (" + std::string(kAlertColumns) +
          ", told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)",
      {alert.id, alert.monitor, alert.kpi, alert.column, alert.value, alert.bound, alert.from, alert.to,
       alert.raised_ms, alert.acknowledged_ms, alert.acknowledged_by, alert.closed_ms}));
  return Done{};
}

Result<> MarkTold(sql::Connection& connection, const std::string& id) {
  CAIRN_TRY(connection.Run("UPDATE monitor_alert SET told = 1 WHERE id = $1", {id}));
  return Done{};
}

Result<std::vector<Alert>> SelectUntold(sql::Connection& connection) {
  std::vector<Alert> alerts;
  for (const sql::Row& row : CAIRN_TRY(
           connection.Run(Select(kAlertColumns, "monitor_alert WHERE told = 0 ORDER BY raised_ms, id"))))
    alerts.push_back(AlertOf(row));
  return alerts;
}

Result<> CloseAlert(sql::Connection& connection, const std::string& id, TimeMs now) {
  CAIRN_TRY(connection.Run("UPDATE monitor_alert SET closed_ms = $2 WHERE id = $1", {id, now}));
  return Done{};
}

Result<> MarkAcknowledged(sql::Connection& connection, const Alert& alert) {
  CAIRN_TRY(
      connection.Run("UPDATE monitor_alert SET acknowledged_ms = $2, acknowledged_by = $3 WHERE id = $1",
                     {alert.id, alert.acknowledged_ms, alert.acknowledged_by}));
  return Done{};
}

Result<std::optional<Alert>> OpenAlertOf(sql::Connection& connection, const std::string& monitor) {
  return First(CAIRN_TRY(connection.Run(
      Select(kAlertColumns, "monitor_alert WHERE monitor = $1 AND closed_ms = 0"), {monitor})));
}

Result<std::optional<Alert>> SelectAlert(sql::Connection& connection, std::string_view id) {
  return First(CAIRN_TRY(connection.Run(Select(kAlertColumns, "monitor_alert WHERE id = $1"), {id})));
}

Result<std::vector<Alert>> SelectAlerts(sql::Connection& connection, bool open_only) {
  std::vector<Alert> alerts;
  const std::string rest = open_only ? "monitor_alert WHERE closed_ms = 0 ORDER BY raised_ms DESC, id DESC"
                                     : "monitor_alert ORDER BY raised_ms DESC, id DESC";
  for (const sql::Row& row : CAIRN_TRY(connection.Run(Select(kAlertColumns, rest))))
    alerts.push_back(AlertOf(row));
  return alerts;
}

}  // namespace cairn::monitoring
