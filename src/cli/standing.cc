#include "cli/standing.h"

#include "cli/session.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string Duration(const Json& value) {
  return value.IsNumber() ? FormatDuration(static_cast<std::int64_t>(value.AsDouble())) : "unknown";
}

std::string PercentOf(const Json& share) {
  if (share.IsNull()) return "unknown";
  return ShortestText(static_cast<double>(static_cast<int>(share.AsDouble() * 1000 + 0.5)) / 10) + " %";
}

/// Each promotion and incident that the figures are made of, with the events behind it.
void PrintBehind(const Json& answer) {
  Table promotions({"version", "went live", "on", "exploration", "training", "waiting", "failed", "events"});
  for (const Json& one : answer.At("items").items()) {
    promotions.Add({one.Text("model") + "/" + one.Text("version"), FormatUtc(one.Int("at_ms")),
                    one.Text("on"), Duration(one.At("exploration_ms")), Duration(one.At("training_ms")),
                    Duration(one.At("waiting_ms")), one.Text("why"), Joined(one.At("events"), " ")});
  }
  std::fputs(promotions.Text("No version went live.").c_str(), stdout);
  Table incidents({"alert of", "raised", "answer", "retraining", "release", "proof", "restored", "events"});
  for (const Json& one : answer.At("incidents").items()) {
    incidents.Add({one.Text("monitor"), FormatUtc(one.Int("from_ms")), Duration(one.At("answer_ms")),
                   Duration(one.At("retraining_ms")), Duration(one.At("release_ms")),
                   Duration(one.At("proof_ms")),
                   one.At("restore_ms").IsNull() ? "not yet" : "after " + Duration(one.At("restore_ms")),
                   Joined(one.At("events"), " ")});
  }
  std::fputs(incidents.Text("No incident of quality.").c_str(), stdout);
}

std::string Causes(const Json& by_cause) {
  std::string text;
  for (const auto& [cause, count] : by_cause.members())
    text += (text.empty() ? "" : ", ") + count.Dump() + " on " + cause;
  return text;
}

void PrintFigures(const Json& answer) {
  const Json &frequency = answer.At("deployment_frequency"), &lead = answer.At("lead_time_ms"),
             &restore = answer.At("time_to_restore_ms"), &failure = answer.At("change_failure_rate"),
             &trend = answer.At("trend");
  Table table({"figure", "value", "band", "trend", "of"});
  const std::string promotions = std::to_string(answer.Int("promotions")) + " promotions";
  char per_day[32];
  std::snprintf(per_day, sizeof per_day, "%.3g a day", frequency.Double("per_day"));
  const std::string causes = Causes(frequency.At("by_cause"));
  table.Add({"deployment frequency", per_day, frequency.Text("band"), trend.Text("deployment_frequency"),
             promotions + (causes.empty() ? "" : ": " + causes)});
  table.Add({"lead time for changes", Duration(lead.At("median")), lead.Text("band"),
             trend.Text("lead_time_ms"), std::to_string(lead.Int("count")) + " with a known beginning"});
  table.Add({"  exploration", Duration(lead.At("exploration")), "", "", "trying things out"});
  table.Add({"  training", Duration(lead.At("training")), "", "", "making the version"});
  table.Add({"  waiting", Duration(lead.At("waiting")), "", "", "gates, approval, canary"});
  table.Add({"time to restore", Duration(restore.At("median")), restore.Text("band"),
             trend.Text("time_to_restore_ms"),
             std::to_string(restore.Int("count")) + " incidents, " + std::to_string(restore.Int("open")) +
                 " open"});
  table.Add({"change failure rate", PercentOf(failure.At("value")), failure.Text("band"),
             trend.Text("change_failure_rate"),
             std::to_string(failure.Int("failed")) + " failed of " + promotions});
  const Json& emergencies = answer.At("emergencies");
  if (emergencies.Int("count") != 0)
    table.Add({"emergency releases", std::to_string(emergencies.Int("count")), "", "",
               "without the due approvals: " + Joined(emergencies.At("events"), " ")});
  std::fputs(table.Text().c_str(), stdout);
}

Result<int> Metrics(Session& session, const Arguments& arguments) {
  std::string path = "/api/v1/delivery?";
  for (const std::string_view name : {"from", "until"}) {
    const std::string flag = "--" + std::string(name);
    if (arguments.Has(flag)) path += std::string(name) + "=" + PercentEncode(arguments.Text(flag)) + "&";
  }
  const Json answer = CAIRN_TRY(session.Get(path));
  if (session.PrintedJson(answer)) return 0;
  PrintFigures(answer);
  if (arguments.Has("--why")) PrintBehind(answer);
  return 0;
}

}  // namespace

std::string Cited(const Json& evidence) {
  return evidence.IsNull() ? "" : evidence.Text("event") + " " + evidence.Text("kind");
}

void SayFindings(const Session& session, const Json& answer) {
  for (const Json& finding : answer.At("findings").items()) session.Say("! " + finding.AsString());
}

namespace {

/// Since when each level is reached, and what the themes of readiness rest on.
void PrintReadiness(const Session& session, const Json& answer) {
  for (const Json& one : answer.At("trend").items())
    session.Say("Level " + std::to_string(one.Int("level")) + " since " + FormatUtc(one.Int("since_ms")) +
                ", by " + Cited(one.At("evidence")) + ".");
  const Json& readiness = answer.At("readiness");
  session.Say("\nReadiness: " + readiness.Text("phase") + ", the least of the themes that records show.");
  Table themes({"theme", "phase", "why", "event"});
  for (const Json& one : readiness.At("themes").items())
    themes.Add({one.Text("theme"), one.Text("phase") + (one.Bool("declared") ? " (declared)" : ""),
                one.Text("why"), Cited(one.At("evidence"))});
  std::fputs(themes.Text().c_str(), stdout);
}

Result<int> Level(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/level"));
  if (session.PrintedJson(answer)) return 0;
  session.Say("Level " + std::to_string(answer.Int("level")) + ": " + answer.Text("name") + ".");
  SayFindings(session, answer);
  if (arguments.Has("--why")) {
    Table table({"level", "asks for", "met", "event"});
    for (const Json& item : answer.At("items").items()) {
      table.Add({std::to_string(item.Int("level")), item.Text("name"), item.Bool("met") ? "yes" : "no",
                 item.Bool("met") ? Cited(item.At("evidence")) : item.Text("missing")});
    }
    std::fputs(table.Text().c_str(), stdout);
    PrintReadiness(session, answer);
    return 0;
  }
  session.Say("Readiness: " + answer.At("readiness").Text("phase") + ".");
  const auto& missing = answer.At("missing").items();
  if (!missing.empty()) session.Say("Missing for level " + std::to_string(answer.Int("level") + 1) + ":");
  for (const Json& sentence : missing) session.Say("  " + sentence.AsString());
  return 0;
}

Result<int> Principles(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/principles"));
  if (session.PrintedJson(answer)) return 0;
  const auto& items = answer.At("items").items();
  if (arguments.Has("--why")) {
    Table table({"principle", "of", "", "asks for", "why", "event"});
    for (const Json& cell : items) {
      table.Add({cell.Text("principle"), cell.Text("level"), cell.Bool("green") ? "green" : "red",
                 cell.Text("check"), cell.Text("why"), Cited(cell.At("evidence"))});
    }
    std::fputs(table.Text().c_str(), stdout);
  } else {
    Table table({"", "data", "model", "code"});
    for (std::size_t i = 0; i + 2 < items.size(); i += 3) {
      std::vector<std::string> row{items[i].Text("principle")};
      for (std::size_t column = i; column < i + 3; ++column)
        row.push_back(items[column].Bool("green") ? "green" : "red");
      table.Add(std::move(row));
    }
    std::fputs(table.Text().c_str(), stdout);
  }
  session.Say(std::to_string(answer.Int("green")) + " of " + std::to_string(answer.Int("of")) +
              " cells are green: checked, good, and within the cadence.");
  return 0;
}

Result<int> Doctor(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/doctor"));
  const bool well = answer.Int("broken") == 0 && answer.Int("overdue") == 0;
  if (session.PrintedJson(answer)) return well ? 0 : 1;
  Table components({"component", "", "what it answered"});
  for (const Json& one : answer.At("components").items())
    components.Add({one.Text("component"), one.Text("state"), one.Text("why")});
  std::fputs(components.Text().c_str(), stdout);
  Table stages({"stage", "gives", "", "last output"});
  if (arguments.Has("--why")) stages = Table({"stage", "gives", "", "last output", "digest", "event"});
  for (const Json& one : answer.At("stages").items()) {
    stages.Add({one.Text("stage"), one.Text("gives"), one.Bool("overdue") ? "overdue" : "in time",
                one.Text("why"), one.Text("digest"), Cited(one.At("evidence"))});
  }
  std::fputs(("\n" + stages.Text()).c_str(), stdout);
  Table lacking({"Cairn has not got", "so these wait"});
  for (const Json& one : answer.At("lacking").items())
    lacking.Add({one.Text("what"), Joined(one.At("tests"), " ")});
  if (arguments.Has("--why"))
    std::fputs(("\n" + lacking.Text()).c_str(), stdout);
  else
    session.Say(std::to_string(answer.At("lacking").items().size()) +
                " things are not in Cairn yet, and tests of the rubric wait for them: --why names them.");
  session.Say(std::to_string(answer.Int("alive")) + " of " + std::to_string(answer.Int("of")) +
              " components are alive, " + std::to_string(answer.Int("broken")) + " broken.");
  SayFindings(session, answer);
  return well ? 0 : 1;
}

}  // namespace

std::vector<Command> StandingCommands() {
  const Flag why{"--why", "", "What it rests on, down to the events"};
  return {
      {"metrics",
       "Say how often, how fast and how safely versions go live",
       "Deployment frequency, lead time for changes, time until quality is back and change failure rate, "
       "from "
       "the event log alone. Bands are those of cairn.yaml's scorecard.bands.",
       {},
       {{"--from", "TIME", "Not before"}, {"--until", "TIME", "Not after"}, why},
       Metrics},
      {"level",
       "Say the maturity level, how ready the organisation is, and what the next level lacks",
       "",
       {},
       {why},
       Level},
      {"principles",
       "Show which of the 18 cells of the principles' grid are green",
       "Six principles held to data, model and code: green only where a check was done, was good, and is not "
       "older than the cadence (scorecard.cadence).",
       {},
       {why},
       Principles},
      {"doctor",
       "Prove the seven components alive, and show the last output of the six stages",
       "Each component does a round trip. Exit code 1 when one is broken, or when a release in an emergency "
       "was "
       "not reviewed in time. What is not there (yet) is missing, not broken: --why names it.",
       {},
       {why},
       Doctor},
  };
}

}  // namespace cairn::cli
