
#include "cli/catalogue.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

Result<int> Feasibility(Session& session, const Arguments& arguments) {
  Json body = Json::Object();
  if (arguments.Has("DATASET")) body.Set("dataset", arguments.Text("DATASET"));
  if (arguments.Has("--version")) body.Set("version", CAIRN_TRY(ParseInt(arguments.Text("--version"))));
  const auto answer = While("looking for signal", [&] { return session.Post("/api/v1/feasibility", body); });
  if (!answer) return answer.error();
  const bool go = answer->Text("verdict") == "go";
  if (session.PrintedJson(*answer)) return go ? 0 : 1;
  const Json& report = answer->At("report");
  session.Say(std::string(go ? "GO" : "NO-GO") + ": " + answer->Text("dataset") + " version " +
              answer->Text("version") + ", " + WithThousands(report.Int("rows")) + " of " +
              WithThousands(report.Int("available")) + " training rows");
  session.Say("  " + answer->Text("reason"));
  session.Say("  permutation test: p = " + Shown(answer->Double("p_value")) + " (" +
              WithThousands(report.Int("permutations")) + " shuffles, go below " +
              Shown(report.Double("alpha")) + ")");
  if (!go) session.Say("  Training on this data set is blocked until a newer verdict says go.");
  return go ? 0 : 1;
}

}  // namespace

std::vector<Command> FeasibilityCommands() {
  return {{"feasibility",
           "Judge whether there is anything to learn: go or no-go",
           "A quick probe against shuffled labels and against the charter's heuristic, on training rows. A "
           "no-go blocks training. Exit code 1 for no-go.",
           {{"DATASET", "The data set (the model's)", Positional::Need::Optional}},
           {{"--version", "N", "Another version than the newest"}},
           Feasibility}};
}

}  // namespace cairn::cli
