#include "cli/catalogue.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

Result<int> Score(Session& session, const Arguments& arguments) {
  const Json score = CAIRN_TRY(session.Get("/api/v1/score"));
  if (session.PrintedJson(score)) return 0;
  Table table({"test", "points", "result", "what", "why"});
  for (const Json& test : score.At("items").items()) {
    if (test.Double("points") == 0 && !arguments.Has("--all")) continue;
    const std::string result = test.At("passing").IsNull() ? ""
                               : test.Bool("passing")      ? "passing"
                                                           : "failing";
    table.Add({test.Text("test"), ShortestText(test.Double("points")), result, test.Text("meaning"),
               arguments.Has("--all") && !test.At("earns").IsNull()
                   ? test.Text("sentence") + " Earned by: " + test.Text("earns")
                   : test.Text("sentence")});
  }
  std::fputs(table.Text("No test has earned a point yet.").c_str(), stdout);
  std::string sums;
  for (const Json& section : score.At("sections").items()) {
    sums += (sums.empty() ? "" : ", ") + section.Text("name") + " " + ShortestText(section.Double("sum")) +
            " of 7";
  }
  session.Say("ML Test Score " + ShortestText(score.Double("score")) + ", the least of " + sums + ": " +
              score.Text("band") + ".");
  return 0;
}

std::string Duration(const Json& value) {
  return value.IsNumber() ? FormatDuration(static_cast<std::int64_t>(value.AsDouble())) : "unknown";
}

Result<int> Delivery(Session& session, const Arguments& arguments) {
  std::string path = "/api/v1/delivery?";
  for (const std::string_view name : {"from", "until"}) {
    const std::string flag = "--" + std::string(name);
    if (arguments.Has(flag)) path += std::string(name) + "=" + PercentEncode(arguments.Text(flag)) + "&";
  }
  const Json answer = CAIRN_TRY(session.Get(path));
  if (session.PrintedJson(answer)) return 0;
  const Json &frequency = answer.At("deployment_frequency"), &lead = answer.At("lead_time_ms"),
             &restore = answer.At("time_to_restore_ms"), &failure = answer.At("change_failure_rate");
  Table table({"figure", "value", "band", "of"});
  const std::string promotions = std::to_string(answer.Int("promotions")) + " promotions";
  char per_day[32];
  std::snprintf(per_day, sizeof per_day, "%.3g a day", frequency.Double("per_day"));
  table.Add({"deployment frequency", per_day, frequency.Text("band"), promotions});
  table.Add({"lead time for changes", Duration(lead.At("median")), lead.Text("band"),
             std::to_string(lead.Int("count")) + " with a known beginning"});
  table.Add({"time to restore", Duration(restore.At("median")), restore.Text("band"),
             std::to_string(restore.Int("count")) + " incidents, " + std::to_string(restore.Int("open")) +
                 " open"});
  const std::string share =
      failure.At("value").IsNull()
          ? "unknown"
          : ShortestText(static_cast<double>(static_cast<int>(failure.Double("value") * 1000 + 0.5)) / 10) +
                " %";
  table.Add({"change failure rate", share, failure.Text("band"),
             std::to_string(failure.Int("failed")) + " failed of " + promotions});
  std::fputs(table.Text().c_str(), stdout);
  return 0;
}

Result<int> Level(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/level"));
  if (session.PrintedJson(answer)) return 0;
  session.Say("Level " + std::to_string(answer.Int("level")) + ": " + answer.Text("name") + ".");
  const auto& missing = answer.At("missing").items();
  if (!missing.empty()) session.Say("Missing for level " + std::to_string(answer.Int("level") + 1) + ":");
  for (const Json& sentence : missing) session.Say("  " + sentence.AsString());
  return 0;
}

Result<int> KpiStatus(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/kpis"));
  int failed = 0;
  for (const Json& kpi : answer.At("items").items()) failed += kpi.Text("status") == "fail";
  if (session.PrintedJson(answer)) return failed == 0 ? 0 : 1;
  Table table({"KPI", "status", "why", "source", "owner", "due"});
  for (const Json& kpi : answer.At("items").items()) {
    table.Add({kpi.Text("name"), kpi.Text("status"), kpi.Text("why"), kpi.Text("source"), kpi.Text("owner"),
               FormatDate(kpi.Int("due_ms"))});
  }
  std::fputs(table.Text("The accepted charter has no KPIs.").c_str(), stdout);
  return failed == 0 ? 0 : 1;
}

}  // namespace

std::vector<Command> ScoreCommands() {
  return {
      {"kpi status",
       "Hold the charter's KPIs against live figures",
       "Exit code 1 when one fails. What was never measured is unknown, not fine.",
       {},
       {},
       KpiStatus},
      {"delivery",
       "Say how often, how fast and how safely versions go live",
       "Deployment frequency, lead time for changes, time to restore and change failure rate, from the event "
       "log alone.",
       {},
       {{"--from", "TIME", "Not before"}, {"--until", "TIME", "Not after"}},
       Delivery},
      {"score",
       "Compute the ML Test Score from what is on record",
       "The least of four section sums; each point cites the events behind it (--json).",
       {},
       {{"--all", "", "Also tests without points, and what would earn them"}},
       Score},
      {"level", "Say the maturity level and what the next one lacks", "", {}, {}, Level},
  };
}

}  // namespace cairn::cli
