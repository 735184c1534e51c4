#include <algorithm>
#include <array>
#include <map>

#include "cli/catalogue.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kShown = 24;  ///< Windows in a line.

/// The closed windows as bars between the least and the greatest value; others as dots.
std::string Sparkline(const std::vector<const Json*>& windows) {
  static constexpr std::array<std::string_view, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double least = 0, greatest = 0;
  bool any = false;
  for (const Json* window : windows) {
    if (!window->At("value").IsNumber()) continue;
    const double value = window->Double("value");
    least = any ? std::min(least, value) : value;
    greatest = any ? std::max(greatest, value) : value;
    any = true;
  }
  std::string line;
  for (const Json* window : windows) {
    if (!window->At("value").IsNumber()) {
      line += "·";
      continue;
    }
    const double height = greatest > least ? (window->Double("value") - least) / (greatest - least) : 0;
    line += kBars[std::min<std::size_t>(7, static_cast<std::size_t>(height * 8))];
  }
  return line;
}

std::string BoundOf(const Json& monitor) {
  return monitor.At("above").IsNull() ? "at least " + ShortestText(monitor.Double("below"))
                                      : "at most " + ShortestText(monitor.Double("above"));
}

std::string Rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void AddLine(Table& table, const Json& monitor, const std::string& column, std::vector<const Json*> windows) {
  const std::string figure =
      (monitor.Text("quality").empty() ? monitor.Text("drift") : monitor.Text("quality")) +
      (column.empty() ? "" : " of " + column);
  if (windows.size() > kShown) windows.erase(windows.begin(), windows.end() - kShown);
  const auto newest = std::find_if(windows.rbegin(), windows.rend(),
                                   [](const Json* window) { return window->At("value").IsNumber(); });
  const bool known = newest != windows.rend();
  table.Add({monitor.Text("name"), figure, BoundOf(monitor), known ? Rounded((*newest)->Double("value")) : "",
             known ? ((*newest)->Bool("breached") ? "beyond" : "within")
                   : (windows.empty() ? "" : windows.back()->Text("state")),
             known ? FormatDate((*newest)->Int("to_ms")) : "", Sparkline(windows)});
}

void SayOpenAlerts(const Session& session, const Json& alerts) {
  for (const Json& alert : alerts.At("items").items()) {
    session.Say("Open alert " + alert.Text("id") + ": " + alert.Text("monitor") +
                (alert.Text("column").empty() ? "" : " (" + alert.Text("column") + ")") + " is " +
                Rounded(alert.Double("value")) + ", bound " + Rounded(alert.Double("bound")) +
                ", threatening the KPI '" + alert.Text("kpi") + "'" +
                (alert.At("acknowledged_ms").IsNull()
                     ? ". `cairn monitor acknowledge " + alert.Text("id") + "`"
                     : ", acknowledged by " + alert.Text("acknowledged_by")));
  }
}

Result<int> Monitor(Session& session, const Arguments&) {
  const Json monitors = CAIRN_TRY(session.Get("/api/v1/monitors")),
             windows = CAIRN_TRY(session.Get("/api/v1/monitors/windows")),
             alerts = CAIRN_TRY(session.Get("/api/v1/alerts?open=1"));
  const bool calm = alerts.At("items").items().empty();
  if (session.PrintedJson(Json{{"monitors", monitors.At("items")},
                               {"windows", windows.At("items")},
                               {"alerts", alerts.At("items")}}))
    return calm ? 0 : 1;
  std::map<std::pair<std::string, std::string>, std::vector<const Json*>> lines;
  for (const Json& window : windows.At("items").items())
    lines[{window.Text("monitor"), window.Text("column")}].push_back(&window);
  Table table({"monitor", "figure", "bound", "newest", "", "until", "windows"});
  for (const Json& monitor : monitors.At("items").items()) {
    const auto& columns = monitor.At("columns").items();
    if (columns.empty()) AddLine(table, monitor, "", lines[{monitor.Text("name"), ""}]);
    for (const Json& column : columns)
      AddLine(table, monitor, column.AsString(), lines[{monitor.Text("name"), column.AsString()}]);
  }
  std::fputs(table.Text("The accepted configuration names no monitors.").c_str(), stdout);
  for (const Json& monitor : monitors.At("items").items()) {
    if (!monitor.Text("problem").empty())
      session.Say(monitor.Text("name") + " waits: " + monitor.Text("problem"));
  }
  SayOpenAlerts(session, alerts);
  return calm ? 0 : 1;
}

Result<int> Alerts(Session& session, const Arguments& arguments) {
  const Json answer =
      CAIRN_TRY(session.Get(arguments.Has("--open") ? "/api/v1/alerts?open=1" : "/api/v1/alerts"));
  if (session.PrintedJson(answer)) return 0;
  Table table({"alert", "monitor", "column", "value", "bound", "window until", "raised", "state"});
  for (const Json& alert : answer.At("items").items()) {
    const std::string state = !alert.At("closed_ms").IsNull() ? "closed " + FormatUtc(alert.Int("closed_ms"))
                              : alert.At("acknowledged_ms").IsNull()
                                  ? "open"
                                  : "open, acknowledged by " + alert.Text("acknowledged_by");
    table.Add({alert.Text("id"), alert.Text("monitor"), alert.Text("column"), Rounded(alert.Double("value")),
               Rounded(alert.Double("bound")), FormatDate(alert.Int("to_ms")),
               FormatUtc(alert.Int("raised_ms")), state});
  }
  std::fputs(table.Text("No alerts.").c_str(), stdout);
  return 0;
}

Result<int> Acknowledge(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(
      session.Post("/api/v1/alerts/" + PercentEncode(arguments.Text("ID")) + "/acknowledge", Json::Object()));
  if (session.PrintedJson(answer)) return 0;
  session.Say("Alert " + answer.Text("id") + " of '" + answer.Text("monitor") + "' is acknowledged by " +
              answer.Text("acknowledged_by") + ".");
  return 0;
}

}  // namespace

std::vector<Command> MonitorCommands() {
  return {
      {"monitor",
       "Show what the monitors found, and open alerts",
       "Exit code 1 while an alert is open. A dot stands for a window without a figure.",
       {},
       {},
       Monitor},
      {"monitor alerts", "List alerts, newest first", "", {}, {{"--open", "", "Only open ones"}}, Alerts},
      {"monitor acknowledge",
       "Say that you have seen an alert",
       "It stays open until a later window is back within the bound.",
       {{"ID", "The alert's id"}},
       {},
       Acknowledge},
  };
}

}  // namespace cairn::cli
