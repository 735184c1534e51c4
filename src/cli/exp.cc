#include <cstdio>

#include "cli/catalogue.h"
#include "cli/duration.h"
#include "cli/exp_follow.h"
#include "cli/exp_view.h"
#include "cli/run_story.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

Result<std::int64_t> Whole(const Arguments& arguments, std::string_view flag, std::int64_t otherwise,
                           std::int64_t least) {
  if (!arguments.Has(flag)) return otherwise;
  const auto number = ParseInt(arguments.Text(flag));
  if (number && *number >= least) return *number;
  return Error{Reason::InvalidArgument,
               std::string(flag) + " must be a whole number of at least " + std::to_string(least)};
}

Result<Json> OrderOf(const Arguments& arguments) {
  Json set = Json::Array(), stages = Json::Array();
  for (const auto& one : arguments.All("--set")) set.Push(one);
  for (const auto& stage : arguments.All("STAGE...")) stages.Push(stage);
  Json order{{"project_dir", CAIRN_TRY(os::WorkingFolder())},
             {"set", std::move(set)},
             {"stages", std::move(stages)},
             {"search", arguments.Has("--search") ? arguments.Text("--search") : "grid"},
             {"trials", CAIRN_TRY(Whole(arguments, "--trials", 0, 1))},
             {"seed", CAIRN_TRY(Whole(arguments, "--seed", 0, 0))},
             {"until", arguments.Text("--until")},
             {"dry_run", arguments.Has("--dry-run")}};
  if (arguments.Has("--time")) order.Set("budget_ms", CAIRN_TRY(DurationMs(arguments.Text("--time"))));
  return order;
}

/// Of a sweep, or of all in the project: to the end, or until Ctrl-C puts back what runs.
Result<int> Follow(Session& session, const std::string& project, const std::string& sweep, std::int64_t jobs,
                   os::StopSignals& signals) {
  const Followed followed = CAIRN_TRY(FollowTrials(session, project, sweep, jobs, signals));
  const int code = followed.code();
  if (session.PrintedJson(Json{{"sweeps", followed.sweeps}, {"ended", followed.ended}})) return code;
  const std::int64_t waiting = followed.Count({"queued"});
  session.Say(
      std::to_string(followed.Count({"finished"})) + " finished, " +
      std::to_string(followed.Count({"failed"})) + " failed, " +
      std::to_string(followed.Count({"skipped", "stopped"})) + " not run" +
      (waiting > 0 ? ", " + std::to_string(waiting) + " waiting: `cairn exp queue start` goes on" : "") +
      ". `cairn exp show` compares them.");
  return code;
}

Result<int> RunSweep(Session& session, const Arguments& arguments) {
  const std::int64_t jobs = CAIRN_TRY(Whole(arguments, "--jobs", 1, 1));
  const Json order = CAIRN_TRY(OrderOf(arguments));
  os::StopSignals signals;  // Before the first thread is started.
  const Json asked = CAIRN_TRY(session.Post(kSweeps, order));
  if (arguments.Has("--dry-run")) {
    if (session.PrintedJson(asked)) return 0;
    for (const Json& settings : asked.At("proposals").items())
      session.Say(SettingsShown(Json{{"settings", settings}}));
    return 0;
  }
  const std::int64_t trials = asked.At("trials").Int("queued");
  if (arguments.Has("--queue")) {
    if (session.PrintedJson(asked)) return 0;
    session.Say("Queued " + std::to_string(trials) + (trials == 1 ? " trial" : " trials") + " as sweep " +
                asked.Text("id") + ". `cairn exp queue start` runs what is queued.");
    return 0;
  }
  if (!session.json())
    session.Say("Sweep " + asked.Text("id") + ": " + std::to_string(trials) +
                (trials == 1 ? " trial" : " trials") + ", " + std::to_string(jobs) + " at a time.");
  return Follow(session, order.Text("project_dir"), asked.Text("id"), jobs, signals);
}

Result<int> StartQueue(Session& session, const Arguments& arguments) {
  const std::int64_t jobs = CAIRN_TRY(Whole(arguments, "--jobs", 1, 1));
  os::StopSignals signals;  // Before the first thread is started.
  return Follow(session, CAIRN_TRY(os::WorkingFolder()), "", jobs, signals);
}

Result<int> QueueStatus(Session& session, const Arguments&) {
  const std::string project = CAIRN_TRY(os::WorkingFolder());
  const Json listing =
      CAIRN_TRY(session.Get(std::string(kSweeps) + "?project_dir=" + PercentEncode(project)));
  if (session.PrintedJson(listing)) return 0;
  Table table({"sweep", "asked for", "by", "search", "sets", "queued", "running", "finished", "failed",
               "stopped", "skipped"});
  for (const Json& sweep : listing.At("items").items()) {
    std::vector<std::string> cells{sweep.Text("id"), FormatUtc(sweep.Int("created_ms")), sweep.Text("actor"),
                                   sweep.Text("search"), Joined(sweep.At("set"), " ")};
    for (const char* state : {"queued", "running", "finished", "failed", "stopped", "skipped"})
      cells.push_back(std::to_string(sweep.At("trials").Int(state)));
    table.Add(std::move(cells));
  }
  std::fputs(table.Text("Nothing was queued here yet.").c_str(), stdout);
  return 0;
}

Result<int> Stop(Session& session, const Arguments& arguments) {
  const auto& ids = arguments.All("ID...");
  if (ids.empty()) {
    const Json stopped = CAIRN_TRY(
        session.Post(std::string(kSweeps) + "/stop", Json{{"project_dir", CAIRN_TRY(os::WorkingFolder())}}));
    if (session.PrintedJson(stopped)) return 0;
    session.Say("Stopped " + std::to_string(stopped.Int("stopped")) +
                " that ran; what waits stays queued until `cairn exp queue start`.");
    return 0;
  }
  Json answers = Json::Array();
  for (const auto& id : ids)
    answers.Push(
        CAIRN_TRY(session.Post(std::string(kTrials) + "/" + PercentEncode(id) + "/stop", Json::Object())));
  if (session.PrintedJson(Json{{"items", answers}})) return 0;
  session.Say(Join(ids, ", ") + (ids.size() == 1 ? " ends." : " end."));
  return 0;
}

/// The deed on each trial named, or on all that are in that state.
Result<int> OnEach(Session& session, const Arguments& arguments, const std::string& deed,
                   std::string_view all_flag, std::string_view state, const std::string& done) {
  std::vector<std::string> ids = arguments.All("ID...");
  if (arguments.Has(all_flag)) {
    const std::string project = CAIRN_TRY(os::WorkingFolder());
    const Json trials =
        CAIRN_TRY(session.Get(std::string(kTrials) + "?project_dir=" + PercentEncode(project)));
    for (const Json& trial : trials.At("items").items()) {
      if (trial.Text("state") == state) ids.push_back(trial.Text("id"));
    }
  } else if (ids.empty()) {
    return Error{Reason::InvalidArgument, "name the trials, or say " + std::string(all_flag)};
  }
  for (const auto& id : ids)
    CAIRN_TRY(session.Post(std::string(kTrials) + "/" + PercentEncode(id) + "/" + deed, Json::Object()));
  Json names = Json::Array();
  for (const auto& id : ids) names.Push(id);
  if (session.PrintedJson(Json{{"items", names}})) return 0;
  session.Say(std::to_string(ids.size()) + " " + done);
  return 0;
}

Result<int> Remove(Session& session, const Arguments& arguments) {
  return OnEach(session, arguments, "remove", "--queued", "queued", "removed; tracked runs stay.");
}

Result<int> Retry(Session& session, const Arguments& arguments) {
  return OnEach(session, arguments, "retry", "--failed", "failed",
                "queued again: `cairn exp queue start` runs them.");
}

std::vector<Flag> RunFlags() {
  return {{"--set", "[FILE:]KEY=VALUES",
           "A parameter and what it takes: 0.1, or 4,5,6, choice(a,b), range(2,8,2), uniform(0,1), "
           "loguniform(1e-4,1e-1), int(2,9), logint(8,512); again for each parameter",
           "S"},
          {"--search", "HOW", "grid (every combination), random, sobol (evenly spread)"},
          {"--trials", "N", "So many; needed for random and sobol"},
          {"--seed", "N", "Another draw of a random search; a shift of a Sobol one (0)"},
          {"--time", "DURATION", "Begin no trial so long after the first: 90s, 30m, 12h"},
          {"--until", "METRIC>=NUMBER", "Begin no trial once one came that far; also <=, > and <"},
          {"--queue", "", "Only queue them"},
          {"--jobs", "N", "So many at the same time (1)"},
          {"--dry-run", "", "Only say what would be tried"}};
}

}  // namespace

std::vector<Command> ExpCommands() {
  const Positional trials{"ID...", "Trials, as `cairn exp show` lists them", Positional::Need::Optional};
  std::vector<Command> commands{
      {"exp run",
       "Try the pipeline with other parameters",
       "Each trial runs in a working copy of its own, with the files as they are now, and shares the cache: "
       "your tree stays as it is, and stages that the parameters do not touch do not run again. It is a "
       "tracked run below one of the sweep. Nothing queued is lost: after `kill -9` or Ctrl-C, `cairn exp "
       "queue start` goes on behind the stages that were done. Exit code 1 when a trial failed.",
       {{"STAGE...", "Stages to run with what they need; all when none is named",
         Positional::Need::Optional}},
       RunFlags(),
       RunSweep},
      {"exp queue start",
       "Run what is queued, and go on with what was cut short",
       "",
       {},
       {{"--jobs", "N", "So many at the same time (1)"}},
       StartQueue},
      {"exp queue status", "List the sweeps of this project and how far they are", "", {}, {}, QueueStatus},
      {"exp queue remove",
       "Forget trials, with their files",
       "Their tracked runs stay.",
       {trials},
       {{"--queued", "", "All that wait"}},
       Remove},
      {"exp queue retry",
       "Queue trials again that failed, were stopped or skipped",
       "",
       {trials},
       {{"--failed", "", "All that failed"}},
       Retry},
      {"exp stop",
       "Stop trials, or all that run",
       "Without a trial, what waits stays queued, and nothing begins until `cairn exp queue start`.",
       {trials},
       {},
       Stop},
  };
  for (Command& command : ExpCurveCommands()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace cairn::cli
