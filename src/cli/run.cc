#include "cli/catalogue.h"
#include "cli/run_story.h"
#include "cli/stale.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

void ShowMetrics(const Session& session, const Json& metrics) {
  for (const auto& [file, values] : metrics.members())
    session.Say(file + ": " + (values.Find("problem") ? values.Text("problem") : values.Dump()));
}

void SayWouldRun(const Session& session, const Json& stage) {
  session.Say(stage.Text("name") + ": would run because " + CausesOf(stage) + CallsOf(stage));
}

int Sum(Session& session, const Json& run) {
  int ran = 0;
  for (const Json& stage : run.At("stages").items()) ran += stage.Text("state") == "finished" ? 1 : 0;
  const std::string time = FormatDuration(run.Int("ended_ms") - run.Int("started_ms"));
  const std::string stages = std::to_string(ran) + (ran == 1 ? " stage ran" : " stages ran");
  if (run.Text("state") == "finished") {
    ShowMetrics(session, run.At("metrics"));
    session.Say(stages + " in " + time + "; everything is up to date (run " + run.Text("id") + ").");
    return 0;
  }
  ShowFailures(session, run);
  if (!run.Text("problem").empty()) session.Note(run.Text("problem"));
  session.Say("The run " + std::string(run.Text("state") == "killed" ? "was cancelled" : "failed") +
              " after " + time + "; " + stages + ". `cairn run` does the rest (run " + run.Text("id") + ").");
  return 1;
}

Result<int> Run(Session& session, const Arguments& arguments) {
  const StageChoice choice = CAIRN_TRY(StageChoice::In(arguments));
  const bool force = arguments.Has("--force"), dry = arguments.Has("--dry-run");
  if (!force) {
    const Json look = CAIRN_TRY(LookForStale(session, choice, session.json() ? Look::Whole : Look::Brief));
    if (dry || !look.Bool("stale")) {
      if (session.PrintedJson(look)) return 0;
      for (const Json& stage : look.At("stages").items()) {
        if (stage.Bool("stale")) SayWouldRun(session, stage);
      }
      if (!look.Bool("stale")) session.Say("Everything is up to date: nothing ran.");
      return 0;
    }
  }
  os::StopSignals signals;  // Before the first thread is started.
  Json body{{"project_dir", CAIRN_TRY(os::WorkingFolder())},
            {"force", force},
            {"run_cache", !arguments.Has("--no-run-cache")},
            {"dry_run", dry},
            {"reach", choice.reach}};
  Json names = Json::Array();
  for (const auto& stage : choice.stages) names.Push(stage);
  body.Set("stages", std::move(names));
  const Json started = CAIRN_TRY(session.Post(kPipelineRuns, body));
  if (dry || started.Text("id").empty()) {
    if (session.PrintedJson(started)) return 0;
    for (const Json& stage : started.At("stages").items()) {
      if (stage.Bool("stale")) SayWouldRun(session, stage);
    }
    return 0;
  }
  bool interrupted = false;
  const Json run = CAIRN_TRY(FollowToEnd(session, started, signals, interrupted));
  if (session.PrintedJson(run)) return interrupted ? kInterrupted : run.Text("state") == "finished" ? 0 : 1;
  const int code = Sum(session, run);
  return interrupted ? kInterrupted : code;
}

std::string Short(const std::string& digest) { return digest.empty() ? "nothing" : digest.substr(0, 12); }

Result<int> Replay(Session& session, const Arguments& arguments) {
  const std::string path = std::string(kPipelineRuns) + "/" + PercentEncode(arguments.Text("RUN"));
  os::StopSignals signals;  // Before the first thread is started.
  const Json started = CAIRN_TRY(session.Post(path + "/replay", Json::Object()));
  bool interrupted = false;
  const Json run = CAIRN_TRY(FollowToEnd(session, started, signals, interrupted));
  if (run.Text("state") != "finished") {
    if (!session.PrintedJson(run)) ShowFailures(session, run);
    if (!session.json()) session.Say("The replay did not finish (run " + run.Text("id") + ").");
    return interrupted ? kInterrupted : 1;
  }
  const Json compared = CAIRN_TRY(session.Get(path + "/differences?with=" + run.Text("id")));
  if (session.PrintedJson(compared)) return compared.Bool("same") ? 0 : 1;
  for (const Json& one : compared.At("differences").items()) {
    session.Say(one.Text("stage") + ": " + one.Text("of") + " " + one.Text("path") + " was " +
                Short(one.Text("was")) + " and is " + Short(one.Text("is")));
  }
  if (compared.Bool("same")) {
    session.Say("The run repeats: every stage made the same bytes of the same inputs.");
    return 0;
  }
  session.Say("metrics then: " + compared.At("metrics").At("was").Dump());
  session.Say("metrics now:  " + compared.At("metrics").At("is").Dump());
  return 1;
}

}  // namespace

std::vector<Command> RunCommands() {
  std::vector<Flag> flags{{"--force", "", "Run them even when nothing changed"},
                          {"--no-run-cache", "", "Run also what ran on the same before"},
                          {"--dry-run", "", "Only say what would run and why"}};
  for (const auto& option : StageChoice::Flags()) flags.push_back(option);
  return {
      {"run",
       "Run the stages of dvc.yaml that are stale",
       "Says why each stage runs; stages that do not need each other run at the same time. A second run "
       "does nothing. A stage with a `map` in cairn.yaml calls its items that are new or changed, and no "
       "other. "
       "Ctrl-C cancels; what was finished stays finished.",
       {StageChoice::Operand()},
       std::move(flags),
       Run},
      {"replay",
       "Run a run's stages again and compare what they make",
       "In a folder of its own below the data folder: the files of the run's git revision with the changes "
       "they had, and the inputs that it read, out of the cache. Nothing in the project changes. Exit code 0 "
       "when every output has the same bytes, 1 when one differs.",
       {{"RUN", "The id of the run, as `cairn run` gives it"}},
       {},
       Replay}};
}

}  // namespace cairn::cli
