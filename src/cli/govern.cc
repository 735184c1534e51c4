#include "cli/session.h"
#include "cli/standing.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

void SayWhy(const Session& session, const Json& answer) {
  const Json& models = answer.At("models");
  const std::string strict = Joined(answer.At("strict_because"), "; ");
  session.Say("Regulation is " +
              (strict.empty() ? "light: nothing makes it strict." : "strict: " + strict + "."));
  const auto registered = models.At("registered").items().size();
  session.Say("Models: " + std::to_string(registered) + " with a version here, " +
              std::to_string(models.Int("elsewhere")) + " elsewhere; many from " +
              std::to_string(models.Int("many_from")) + " on.");
}

Result<int> GovernProfile(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/governance"));
  const int code = answer.At("missing").items().empty() ? 0 : 1;
  if (session.PrintedJson(answer)) return code;
  session.Say("Regime: " + answer.Text("regime") + ". " + answer.Text("sentence"));
  session.Say("Readiness: " + answer.At("readiness").Text("phase") + ".");
  const bool why = arguments.Has("--why");
  if (why) SayWhy(session, answer);
  Table table({"part", "", "", "what shows it", "event"});
  if (!why) table = Table({"part", "", "", "what shows it"});
  for (const Json& one : answer.At("items").items()) {
    const std::string due = !one.Bool("mandatory") ? "advised"
                            : one.Bool("binding")  ? "mandatory, before a release"
                                                   : "mandatory (" + one.Text("demanded_by") + ")";
    std::vector<std::string> row{one.Text("component"), due, one.Bool("in_place") ? "in place" : "missing",
                                 one.Text("why")};
    if (why) row.push_back(Cited(one.At("evidence")));
    table.Add(std::move(row));
  }
  std::fputs(table.Text().c_str(), stdout);
  for (const Json& sentence : answer.At("missing").items()) session.Say("! " + sentence.AsString());
  for (const Json& sentence : answer.At("beyond").items()) session.Say("~ " + sentence.AsString());
  return code;
}

std::string Results(const Json& controls, bool why) {
  std::string text;
  for (const Json& one : controls.items()) {
    text += (text.empty() ? "" : "; ") + one.Text("by") + " " + one.Text("name") + ": " + one.Text("result");
    if (!one.At("at_ms").IsNull()) text += " " + FormatDate(one.Int("at_ms"));
    if (why && !one.At("evidence").IsNull()) text += " (" + Cited(one.At("evidence")) + ")";
  }
  return text;
}

Result<int> GovernRisks(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/risks"));
  const int code = answer.Int("open") == 0 ? 0 : 1;
  if (session.PrintedJson(answer)) return code;
  Table table({"risk", "kind", "likely", "impact", "owner", "", "controls", "why"});
  for (const Json& one : answer.At("items").items()) {
    table.Add({one.Text("risk"), one.Text("kind"), one.Text("likelihood"), one.Text("impact"),
               one.Text("owner"), one.Text("state"), Results(one.At("controls"), arguments.Has("--why")),
               one.Text("why")});
  }
  std::fputs(table.Text("The accepted cairn.yaml has no register of risks (governance.risks).").c_str(),
             stdout);
  if (!answer.At("items").items().empty() && !answer.At("unjudged").items().empty())
    session.Say("No risk is judged of: " + Joined(answer.At("unjudged"), "; ") + ".");
  return code;
}

}  // namespace

std::vector<Command> GovernCommands() {
  const Flag why{"--why", "", "What it rests on, down to the events"};
  return {
      {"govern profile",
       "Say how much governance is due, and which of it is missing",
       "One of four regimes, from how strict the regulation is and how many models there are, decides which "
       "parts "
       "are mandatory; so does how ready the organisation is. With a section `governance` in the accepted "
       "cairn.yaml, what is mandatory before a release keeps versions out while it is missing. Exit code 1 "
       "when "
       "something mandatory is missing.",
       {},
       {why},
       GovernProfile},
      {"govern risks",
       "Show the register of risks, with what their controls said last",
       "The register is governance.risks of the accepted cairn.yaml; results are those of gates, monitors, "
       "stages and "
       "tests of the rubric on record. Exit code 1 when a risk is open.",
       {},
       {why},
       GovernRisks},
  };
}

}  // namespace cairn::cli
