#include <algorithm>

#include "cli/catalogue.h"
#include "cli/stale.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

/// Without a store there is nothing to say but of stages.
bool HasRecords(const Session& session) {
  const auto& settings = session.settings();
  return !settings.server.empty() || !settings.store.empty() || os::Exists(settings.data_dir + "/cairn.db") ||
         os::Exists(settings.data_dir + "/sock");
}

/// What was released without the due approvals is said here too. Trouble with the store is not what was asked
/// about.
void NoteEmergencies(Session& session) {
  const auto answer = session.Get("/api/v1/emergencies");
  if (!answer) return;
  for (const Json& one : answer->At("items").items())
    if (one.Text("state") != "reviewed") session.Note("! " + one.Text("sentence"));
}

/// Charter, gates, data sets, versions and deployment, out of date or not. A look stays a look: none where no
/// project is governed, and trouble with the store is a note.
Json LookForOutdated(Session& session) {
  if (!HasRecords(session) || !os::Exists("cairn.yaml")) return Json::Array();
  const auto folder = os::WorkingFolder();
  const auto answer = folder ? session.Get("/api/v1/outdated?project_dir=" + PercentEncode(*folder))
                             : Result<Json>(folder.error());
  if (answer) return answer->At("items");
  session.Note("! what else is out of date is not known: " + answer.error().message);
  return Json::Array();
}

/// Each cause on a line of its own, with what it is about before it: `about` is the member that says that.
void ShowWhy(const Session& session, const std::string& name, const Json& causes, std::string_view about) {
  constexpr std::size_t kWidth = 13;
  session.Say(name + ":");
  for (const Json& cause : causes.items()) {
    std::string level = cause.Text(about);
    level.resize(std::max(level.size() + 1, kWidth), ' ');
    session.Say("  " + level + cause.Text("sentence"));
  }
}

/// "gate 'honest risk'"; the one charter by itself.
std::string ShownName(const Json& thing) {
  const std::string kind = thing.Text("kind");
  return kind == "charter" ? kind : kind + " '" + thing.Text("name") + "'";
}

/// How many there are that are out of date.
std::size_t SayOutdated(const Session& session, const Json& things, bool why) {
  std::size_t count = 0;
  for (const Json& thing : things.items()) {
    if (!thing.Bool("outdated")) continue;
    ++count;
    if (why) {
      ShowWhy(session, ShownName(thing), thing.At("causes"), "of");
    } else {
      session.Say(ShownName(thing) + ": " + CausesOf(thing));
    }
  }
  return count;
}

/// The last line: what there is to do.
void SaySum(const Session& session, const Json& look, std::size_t outdated) {
  const auto& stages = look.At("stages").items();
  const auto would = static_cast<std::size_t>(
      std::count_if(stages.begin(), stages.end(), [](const Json& stage) { return stage.Bool("stale"); }));
  if (would != 0) {
    session.Say(std::to_string(would) + " of " + std::to_string(stages.size()) +
                " stages would run: `cairn run`.");
  } else if (stages.empty()) {
    session.Say("dvc.yaml declares no stages.");
  } else if (outdated == 0) {
    session.Say("Everything is up to date.");
  } else {
    session.Say("No stage would run.");
  }
  if (outdated != 0) session.Say("Out of date besides stages: " + Counted(outdated, "thing") + ".");
}

Result<int> Status(Session& session, const Arguments& arguments) {
  const auto choice = CAIRN_TRY(StageChoice::In(arguments));
  Json look = CAIRN_TRY(LookForStale(session, choice));
  const bool stale = look.Bool("stale"), why = arguments.Has("--why");
  // Who names stages asks about these.
  const Json things = choice.stages.empty() ? LookForOutdated(session) : Json::Array();
  if (session.PrintedJson(look.Set("things", things))) return stale ? 1 : 0;
  for (const Json& stage : look.At("stages").items()) {
    if (!stage.Bool("stale")) continue;
    if (why) {
      ShowWhy(session, stage.Text("name") + CallsOf(stage), stage.At("causes"), "level");
    } else {
      session.Say(stage.Text("name") + ": " + CausesOf(stage) + CallsOf(stage));
    }
  }
  SaySum(session, look, SayOutdated(session, things, why));
  if (HasRecords(session)) NoteEmergencies(session);
  return stale ? 1 : 0;
}

}  // namespace

std::vector<Command> StatusCommands() {
  std::vector<Flag> flags{
      {"--why", "", "What each stage and each other thing is out of date by, one cause a line"}};
  for (const auto& option : StageChoice::Flags()) flags.push_back(option);
  return {
      {"status",
       "Say which stages are stale, what else is out of date, and why",
       "Exit code 0 when no stage would run, 1 when one would. Content decides: a file that was only "
       "touched changes nothing. A cause is one of: never (it has not run yet), command, code, data, model, "
       "params, environment (the files that pin what is installed), output (not what the stage made), "
       "always, "
       "upstream (a stage before it runs). Of a stage with a `map` in cairn.yaml it names how many items are "
       "new, "
       "changed and gone, and the first few, and how many calls that makes. Once a configuration was "
       "accepted (`cairn apply`) it also names "
       "the charter, the gates, the data sets, the model's versions in production or on their way, and what "
       "is deployed, where what they are made from has changed since.",
       {StageChoice::Operand()},
       std::move(flags),
       Status}};
}

}  // namespace cairn::cli
