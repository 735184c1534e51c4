#include <map>

#include "cli/catalogue.h"
#include "cli/stale.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

constexpr int kInterrupted = 130;
constexpr std::string_view kRuns = "/api/v1/pipeline/runs";

std::string Lasted(const Json& stage) {
  return FormatDuration(static_cast<std::int64_t>(stage.Double("seconds") * 1000));
}

/// Tells each stage's changes once.
class Story {
 public:
  explicit Story(const Session& session) : session_(session) {}

  void Tell(const Json& run) {
    for (const Json& stage : run.At("stages").items()) {
      const std::string name = stage.Text("name"), state = stage.Text("state");
      std::string& told = told_[name];
      if (state == "waiting" && !stage.Text("reason").empty() && told != stage.Text("reason")) {
        session_.Say(name + ": " + stage.Text("reason"));
        told = stage.Text("reason");
      }
      if (state == told || state == "waiting") continue;
      // A short stage may have ended before its beginning was seen.
      if (told.empty() && !stage.Text("log").empty())
        session_.Say(name + ": runs because " + CausesOf(stage));
      told = state;
      if (state == "finished") session_.Say(name + ": done in " + Lasted(stage));
      if (state == "unchanged") session_.Say(name + ": skipped, " + stage.Text("reason"));
      if (state == "failed" || state == "blocked" || state == "killed")
        session_.Say(name + ": " + state + ", " + stage.Text("reason"));
    }
  }

 private:
  const Session& session_;
  std::map<std::string, std::string> told_;
};

/// The run as it ended. Ctrl-C cancels it, once; it is still followed to its end.
Result<Json> FollowToEnd(Session& session, Json run, os::StopSignals& signals, bool& interrupted) {
  Story story(session);
  const std::string path = std::string(kRuns) + "/" + run.Text("id");
  for (;;) {
    if (!session.json()) story.Tell(run);
    if (run.Text("state") != "running") return run;
    if (signals.Wait(0) != 0 && !interrupted) {
      interrupted = true;
      session.Note("cancelling the run");
      // It may have ended by itself in between; the next look tells.
      static_cast<void>(static_cast<bool>(session.Post(path + "/cancel", Json::Object())));
    }
    run = CAIRN_TRY(session.Get(path + "?wait_ms=200&after=" + std::to_string(run.Int("revision"))));
  }
}

void ShowFailures(Session& session, const Json& run) {
  for (const Json& stage : run.At("stages").items()) {
    if (stage.Text("state") != "failed" || stage.Text("log").empty()) continue;
    session.Note("--- the end of " + stage.Text("log"));
    const auto tail = session.GetText(std::string(kRuns) + "/" + run.Text("id") + "/stages/" +
                                      PercentEncode(stage.Text("name")) + "/log?tail=15");
    if (tail) session.Note(std::string_view(*tail).substr(0, tail->size() - (tail->ends_with('\n') ? 1 : 0)));
  }
}

void ShowMetrics(const Session& session, const Json& metrics) {
  for (const auto& [file, values] : metrics.members())
    session.Say(file + ": " + (values.Find("problem") ? values.Text("problem") : values.Dump()));
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
    const Json look = CAIRN_TRY(LookForStale(session, choice));
    if (dry || !look.Bool("stale")) {
      if (session.PrintedJson(look)) return 0;
      for (const Json& stage : look.At("stages").items()) {
        if (stage.Bool("stale")) session.Say(stage.Text("name") + ": would run because " + CausesOf(stage));
      }
      if (!look.Bool("stale")) session.Say("Everything is up to date: nothing ran.");
      return 0;
    }
  }
  os::StopSignals signals;  // Before the first thread is started.
  Json body{{"project_dir", CAIRN_TRY(os::WorkingFolder())},
            {"force", force},
            {"dry_run", dry},
            {"reach", choice.reach}};
  Json names = Json::Array();
  for (const auto& stage : choice.stages) names.Push(stage);
  body.Set("stages", std::move(names));
  const Json started = CAIRN_TRY(session.Post(kRuns, body));
  if (dry || started.Text("id").empty()) {
    if (session.PrintedJson(started)) return 0;
    for (const Json& stage : started.At("stages").items()) {
      if (stage.Bool("stale")) session.Say(stage.Text("name") + ": would run because " + CausesOf(stage));
    }
    return 0;
  }
  bool interrupted = false;
  const Json run = CAIRN_TRY(FollowToEnd(session, started, signals, interrupted));
  if (session.PrintedJson(run)) return interrupted ? kInterrupted : run.Text("state") == "finished" ? 0 : 1;
  const int code = Sum(session, run);
  return interrupted ? kInterrupted : code;
}

}  // namespace

std::vector<Command> RunCommands() {
  std::vector<Flag> flags{{"--force", "", "Run them even when nothing changed"},
                          {"--dry-run", "", "Only say what would run and why"}};
  for (const auto& option : StageChoice::Flags()) flags.push_back(option);
  return {{"run",
           "Run the stages of dvc.yaml that are stale",
           "Says why each stage runs; stages that do not need each other run at the same time. A second run "
           "does nothing. Ctrl-C cancels; what was finished stays finished.",
           {{"STAGE...", "Only these, or the stages of these groups, and what they need",
             Positional::Need::Optional}},
           std::move(flags),
           Run}};
}

}  // namespace cairn::cli
