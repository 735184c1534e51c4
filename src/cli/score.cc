#include "cli/catalogue.h"
#include "cli/identity_folder.h"
#include "cli/standing.h"
#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/manual_records.h"

namespace cairn::cli {
namespace {

std::string ResultOf(const Json& test) {
  if (test.At("passing").IsNull()) return "";
  return test.Bool("passing") ? "passing" : "failing";
}

/// What one test's points rest on, down to the events.
Result<int> Why(Session& session, const Json& score, const std::string& id) {
  for (const Json& test : score.At("items").items()) {
    if (test.Text("test") != id) continue;
    if (session.PrintedJson(test)) return 0;
    session.Say(id + ": " + test.Text("meaning") + ".");
    session.Say(ShortestText(test.Double("points")) + " points. " + test.Text("sentence"));
    if (!test.Text("stages").empty()) session.Say("Bound to it: the stages " + test.Text("stages") + ".");
    if (!test.At("missing").IsNull()) session.Say("Not there yet: " + test.Text("missing") + ".");
    if (!test.At("earns").IsNull()) session.Say("Earned by: " + test.Text("earns") + ".");
    Table table({"event", "time", "what", "by", "itself"});
    for (const Json& event : test.At("evidence").items()) {
      table.Add({event.Text("event"), FormatUtc(event.Int("at_ms")), event.Text("sentence"),
                 event.Text("actor"), event.Bool("automatic") ? "yes" : "no"});
    }
    std::fputs(table.Text("No event is behind it.").c_str(), stdout);
    return 0;
  }
  return Error{Reason::NotFound, "'" + id + "' is no test of the rubric: `cairn score --all` lists the 28"};
}

/// Does again what the points rest on.
Result<int> VerifyScore(Session& session, const std::string& test) {
  const std::string query = test.empty() ? "" : "?test=" + PercentEncode(test);
  const Json answer = CAIRN_TRY(session.Get("/api/v1/score/verify" + query));
  const bool held = answer.Bool("held");
  if (session.PrintedJson(answer)) return held ? 0 : 1;
  Table table({"outcome", "check", "event", "what", "why"});
  for (const Json& item : answer.At("items").items()) {
    if (item.Text("check") == "record" && item.Text("outcome") == "held") continue;
    table.Add({item.Text("outcome"), item.Text("check"), item.Text("event"), item.Text("kind"),
               item.Text("sentence")},
              item.Text("outcome") == "differs" ? Table::Look::Strong : Table::Look::Plain);
  }
  std::fputs(table.Text("").c_str(), stdout);
  const Json& counts = answer.At("counts");
  session.Say(std::to_string(counts.Int("held")) + " checks held, " + std::to_string(counts.Int("differs")) +
              " differ, " + std::to_string(counts.Int("not_repeated")) + " cannot be done again.");
  return held ? 0 : 1;
}

Result<int> Score(Session& session, const Arguments& arguments) {
  if (arguments.Has("--verify")) return VerifyScore(session, arguments.Text("--why"));
  const Json score = CAIRN_TRY(session.Get("/api/v1/score"));
  if (arguments.Has("--why")) return Why(session, score, arguments.Text("--why"));
  if (session.PrintedJson(score)) return 0;
  Table table({"test", "points", "result", "what", "why"});
  for (const Json& test : score.At("items").items()) {
    if (test.Double("points") == 0 && !arguments.Has("--all")) continue;
    table.Add({test.Text("test"), ShortestText(test.Double("points")), ResultOf(test), test.Text("meaning"),
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
  SayFindings(session, score);
  return 0;
}

/// Signs and hands in that a test was done by hand.
Result<int> RecordTest(Session& session, const Arguments& arguments) {
  const std::string report = arguments.Text("--report"), signer = arguments.Text("--sign");
  if (report.empty() || signer.empty())
    return Error{Reason::InvalidArgument,
                 "say what was found with --report FILE, and who did the test with --sign NAME"};
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), signer));
  scorecard::ManualTest test;
  test.test = arguments.Text("TEST");
  test.report = crypto::Sha256Hex(CAIRN_TRY(os::ReadFile(report)));
  test.place = arguments.Has("--place") ? arguments.Text("--place") : report;
  test.passed = !arguments.Has("--failed");
  test.done =
      arguments.Has("--done") ? CAIRN_TRY(ParseTime(arguments.Text("--done"))) : os::SystemClock().Now();
  const Json answer =
      CAIRN_TRY(session.Post("/api/v1/score/records", Json{{"test", test.test},
                                                           {"done", test.done},
                                                           {"passed", test.passed},
                                                           {"report", test.report},
                                                           {"place", test.place},
                                                           {"signer", signer},
                                                           {"signature", key.Sign(RecordStatement(test))}}));
  if (session.PrintedJson(answer)) return 0;
  session.Say(
      test.test + " is on record as done by hand. It counts half a point once another person has read " +
      test.place + " and says so:\n  cairn score acknowledge " + answer.Text("record") + " --sign NAME");
  return 0;
}

Result<int> AcknowledgeTest(Session& session, const Arguments& arguments) {
  const std::string record = arguments.Text("RECORD"), signer = arguments.Text("--sign");
  if (signer.empty()) return Error{Reason::InvalidArgument, "say who acknowledges it with --sign NAME"};
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), signer));
  const Json answer = CAIRN_TRY(session.Post(
      "/api/v1/score/records/" + PercentEncode(record) + "/acknowledge",
      Json{{"signer", signer}, {"signature", key.Sign(scorecard::AcknowledgementStatement(record))}}));
  if (!session.PrintedJson(answer)) session.Say("Acknowledged by " + signer + ".");
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
      {"score",
       "Compute the ML Test Score from what is on record",
       "The least of four section sums; each point cites the events behind it (--json).",
       {},
       {{"--all", "", "Also tests without points, and what would earn them"},
        {"--why", "TEST", "What one test's points rest on, down to the events"},
        {"--verify", "",
         "Do again what the points rest on (of one test with --why); exit code 1 when "
         "something differs"}},
       Score},
      {"score record",
       "Put on record that a test of the rubric was done by hand",
       "Signed by who did it, over the report's digest. It counts half a point within the cadence, once "
       "another person has acknowledged it.",
       {{"TEST", "T-D1 … T-O7"}},
       {{"--report", "FILE", "What was done and found"},
        {"--sign", "NAME", "Who did it"},
        {"--place", "PLACE", "Where others find the report (FILE)"},
        {"--done", "TIME", "When it was done (now)"},
        {"--failed", "", "The test did not pass"}},
       RecordTest},
      {"score acknowledge",
       "Acknowledge a test that another person did by hand",
       "",
       {{"RECORD", "As `cairn score record` gave it"}},
       {{"--sign", "NAME", "Who has read the report"}},
       AcknowledgeTest},
  };
}

}  // namespace cairn::cli
