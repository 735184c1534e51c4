#include "cli/configuration_file.h"
#include "cli/phase_zero.h"
#include "cli/session.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string PathOf(const Arguments& arguments, std::string_view deed) {
  return "/api/v1/usecases/" + PercentEncode(arguments.Text("NAME")) + std::string(deed);
}

std::string Amount(const Json& value) { return value.IsNumber() ? ShortestText(value.AsDouble()) : "–"; }

std::string ReturnOf(const Json& item) {
  if (item.At("return").IsNumber()) return Amount(item.At("return"));
  std::string missing;
  for (const Json& one : item.At("missing").items())
    missing += (missing.empty() ? "" : ", ") + one.AsString();
  return "? (" + missing + ")";
}

Result<int> Rank(Session& session, const Arguments& arguments) {
  Json body = arguments.Has("--accepted") ? Json::Object() : CAIRN_TRY(ReadConfiguration(arguments));
  const Json answer = CAIRN_TRY(session.Post("/api/v1/usecases/rank", body));
  if (session.PrintedJson(answer)) return 0;
  const std::string unit = answer.Text("unit");
  Table table({"", "use case", "predicts", "return" + (unit.empty() ? "" : " " + unit), "chance", "gain",
               "times a year", "build", "run a year", "years", "worked on"});
  for (const Json& item : answer.At("items").items()) {
    const bool active = !item.At("active_since").IsNull();
    table.Add({std::to_string(item.Int("rank")), item.Text("usecase"), item.Text("predicts"), ReturnOf(item),
               Amount(item.At("chance")), Amount(item.At("gain")), Amount(item.At("times_a_year")),
               Amount(item.At("build")), Amount(item.At("run_a_year")), Amount(item.At("years")),
               active ? "since " + FormatDate(item.Int("active_since")) : ""});
  }
  std::fputs(
      table.Text("No task of the charter has a prediction: say where one could enter, in charter.tasks.")
          .c_str(),
      stdout);
  return 0;
}

Result<int> Activate(Session& session, const Arguments& arguments) {
  Json body = Json::Object();
  if (arguments.Has("--override")) body.Set("override", arguments.Text("--override"));
  const Json active = CAIRN_TRY(session.Post(PathOf(arguments, "/activate"), body));
  if (session.PrintedJson(active)) return 0;
  session.Say("'" + active.Text("usecase") + "' is worked on from now on" +
              (active.Text("reason").empty() ? "." : ", beside another: " + active.Text("reason")));
  return 0;
}

Result<int> End(Session& session, const Arguments& arguments) {
  if (arguments.Text("--reason").empty()) return Error{Reason::InvalidArgument, "say why: --reason TEXT"};
  const Json ended =
      CAIRN_TRY(session.Post(PathOf(arguments, "/end"), Json{{"reason", arguments.Text("--reason")}}));
  if (!session.PrintedJson(ended)) session.Say("'" + ended.Text("usecase") + "' is worked on no more.");
  return 0;
}

}  // namespace

std::vector<Command> UseCaseCommands() {
  const Positional name{"NAME", "The task's name in charter.tasks"};
  return {
      {"usecase rank",
       "Rank where a prediction could enter the work, by its estimated return",
       "From the charter's `tasks`: chance · gain · times_a_year · years − run_a_year · years − build. What "
       "is not "
       "estimated is named and comes last. Tasks that need each other in a circle are refused.",
       {{"FILE", "cairn.yaml", Positional::Need::Optional}},
       {{"--accepted", "", "Of the accepted configuration, not the working copy"}},
       Rank},
      {"usecase activate",
       "Put on record that a use case is worked on",
       "One at a time: while another is, this is refused unless --override says why, which goes on record.",
       {name},
       {{"--override", "REASON", "Why it begins beside another"}},
       Activate},
      {"usecase end",
       "Put on record that a use case is worked on no more",
       "",
       {name},
       {{"--reason", "TEXT", "Why, for the record"}},
       End},
  };
}

}  // namespace cairn::cli
