#include <algorithm>

#include "cli/catalogue.h"
#include "cli/stale.h"

namespace cairn::cli {
namespace {

Result<int> Status(Session& session, const Arguments& arguments) {
  const Json look = CAIRN_TRY(LookForStale(session, CAIRN_TRY(StageChoice::In(arguments))));
  const bool stale = look.Bool("stale");
  if (session.PrintedJson(look)) return stale ? 1 : 0;
  const auto& stages = look.At("stages").items();
  for (const Json& stage : stages) {
    if (stage.Bool("stale")) session.Say(stage.Text("name") + ": " + CausesOf(stage));
  }
  const auto count =
      std::count_if(stages.begin(), stages.end(), [](const Json& stage) { return stage.Bool("stale"); });
  if (!stale) {
    session.Say(stages.empty() ? "dvc.yaml declares no stages." : "Everything is up to date.");
  } else {
    session.Say(std::to_string(count) + " of " + std::to_string(stages.size()) +
                " stages would run: `cairn run`.");
  }
  return stale ? 1 : 0;
}

}  // namespace

std::vector<Command> StatusCommands() {
  return {{"status",
           "Say which stages are stale and why",
           "Exit code 0 when nothing would run, 1 when something would.",
           {{"STAGE...", "Only these, or the stages of these groups, and what they need",
             Positional::Need::Optional}},
           StageChoice::Flags(),
           Status}};
}

}  // namespace cairn::cli
