#include <algorithm>

#include "cli/catalogue.h"
#include "cli/stale.h"
#include "ground/os/files.h"

namespace cairn::cli {
namespace {

/// What was released without the due approvals is said here too. A look stays a look: without a store there
/// is nothing to say, and trouble with one is not what was asked about.
void NoteEmergencies(Session& session) {
  const auto& settings = session.settings();
  const bool store = !settings.server.empty() || !settings.store.empty() ||
                     os::Exists(settings.data_dir + "/cairn.db") || os::Exists(settings.data_dir + "/sock");
  if (!store) return;
  const auto answer = session.Get("/api/v1/emergencies");
  if (!answer) return;
  for (const Json& one : answer->At("items").items())
    if (one.Text("state") != "reviewed") session.Note("! " + one.Text("sentence"));
}

/// Each cause on a line of its own, with what it is about before it.
void ShowWhy(const Session& session, const Json& stage) {
  constexpr std::size_t kWidth = 13;
  session.Say(stage.Text("name") + ":");
  for (const Json& cause : stage.At("causes").items()) {
    std::string level = cause.Text("level");
    level.resize(std::max(level.size() + 1, kWidth), ' ');
    session.Say("  " + level + cause.Text("sentence"));
  }
}

Result<int> Status(Session& session, const Arguments& arguments) {
  const Json look = CAIRN_TRY(LookForStale(session, CAIRN_TRY(StageChoice::In(arguments))));
  const bool stale = look.Bool("stale");
  if (session.PrintedJson(look)) return stale ? 1 : 0;
  const auto& stages = look.At("stages").items();
  for (const Json& stage : stages) {
    if (!stage.Bool("stale")) continue;
    if (arguments.Has("--why")) {
      ShowWhy(session, stage);
    } else {
      session.Say(stage.Text("name") + ": " + CausesOf(stage));
    }
  }
  const auto count =
      std::count_if(stages.begin(), stages.end(), [](const Json& stage) { return stage.Bool("stale"); });
  if (!stale) {
    session.Say(stages.empty() ? "dvc.yaml declares no stages." : "Everything is up to date.");
  } else {
    session.Say(std::to_string(count) + " of " + std::to_string(stages.size()) +
                " stages would run: `cairn run`.");
  }
  NoteEmergencies(session);
  return stale ? 1 : 0;
}

}  // namespace

std::vector<Command> StatusCommands() {
  std::vector<Flag> flags{{"--why", "", "What each stage is stale by, one cause a line"}};
  for (const auto& option : StageChoice::Flags()) flags.push_back(option);
  return {
      {"status",
       "Say which stages are stale and why",
       "Exit code 0 when nothing would run, 1 when something would. Content decides: a file that was only "
       "touched changes nothing. A cause is one of: never (it has not run yet), command, code, data, model, "
       "params, environment (the files that pin what is installed), output (not what the stage made), "
       "always, "
       "upstream (a stage before it runs).",
       {StageChoice::Operand()},
       std::move(flags),
       Status}};
}

}  // namespace cairn::cli
