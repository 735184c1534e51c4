#include <cstdio>

#include "cli/catalogue.h"
#include "cli/exp_view.h"
#include "cli/run_story.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

std::string PathOf(const Arguments& arguments, std::string_view deed) {
  return std::string(kTrials) + "/" + PercentEncode(arguments.Text("ID")) + "/" + std::string(deed);
}

Result<int> Apply(Session& session, const Arguments& arguments) {
  const Json applied =
      CAIRN_TRY(session.Post(PathOf(arguments, "apply"), Json{{"force", arguments.Has("--force")}}));
  if (session.PrintedJson(applied)) return 0;
  for (const Json& path : applied.At("changed").items()) session.Say("  " + path.AsString());
  const std::size_t count = applied.At("changed").items().size();
  session.Say(count == 0 ? "The project is as the trial had it already."
                         : "Brought " + std::to_string(count) + (count == 1 ? " file" : " files") + " of " +
                               arguments.Text("ID") + " into the project.");
  return 0;
}

Result<int> Branch(Session& session, const Arguments& arguments) {
  const Json made =
      CAIRN_TRY(session.Post(PathOf(arguments, "branch"), Json{{"name", arguments.Text("NAME")}}));
  if (session.PrintedJson(made)) return 0;
  session.Say("Branch " + made.Text("branch") + " holds trial " + arguments.Text("ID") + " (commit " +
              made.Text("commit").substr(0, 12) + "); `cairn data checkout` there brings its outputs.");
  return 0;
}

Result<int> Logs(Session& session, const Arguments& arguments) {
  const Json trial = CAIRN_TRY(session.Get(std::string(kTrials) + "/" + PercentEncode(arguments.Text("ID"))));
  if (trial.Text("run").empty())
    return Error{Reason::NotFound, "trial " + trial.Text("id") + " is " + trial.Text("state") +
                                       " and has run no stage" +
                                       (trial.Text("problem").empty() ? "" : ": " + trial.Text("problem"))};
  const std::string run = std::string(kPipelineRuns) + "/" + trial.Text("run");
  const Json record = CAIRN_TRY(session.Get(run));
  const std::string only = arguments.Text("STAGE");
  bool any = false;
  Json logs = Json::Object();
  for (const Json& stage : record.At("stages").items()) {
    if (stage.Text("log").empty() || (!only.empty() && stage.Text("name") != only)) continue;
    any = true;
    const std::string text =
        CAIRN_TRY(session.GetText(run + "/stages/" + PercentEncode(stage.Text("name")) + "/log"));
    if (session.json()) {
      logs.Set(stage.Text("name"), text);
      continue;
    }
    session.Say("--- " + stage.Text("name") + " (" + stage.Text("state") + ")");
    std::fputs(text.c_str(), stdout);
  }
  if (!any && !only.empty())
    return Error{Reason::NotFound, "trial " + trial.Text("id") + " did not run the stage '" + only + "'"};
  session.PrintedJson(Json{{"run", trial.Text("run")}, {"logs", logs}});
  return 0;
}

}  // namespace

std::vector<Command> ExpBringCommands() {
  const Positional trial{"ID", "A trial, as `cairn exp show` lists it"};
  return {
      {"exp apply",
       "Bring a trial's parameters, outputs and dvc.lock into the project",
       "Refuses, and changes nothing, where it would overwrite what is saved nowhere.",
       {trial},
       {{"--force", "", "Overwrite also that"}},
       Apply},
      {"exp branch",
       "Make a git branch of a trial",
       "One commit on top of the one that it began from; the working copy stays as it is.",
       {trial, {"NAME", "Of the branch"}},
       {},
       Branch},
      {"exp logs",
       "Print what a trial's stages printed",
       "",
       {trial, {"STAGE", "Only this stage's", Positional::Need::Optional}},
       {},
       Logs},
  };
}

}  // namespace cairn::cli
