#include "cli/run_story.h"

#include <map>

#include "cli/stale.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

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
      const std::string said = stage.Text("reason");
      if (state == "finished")
        session_.Say(name + ": done in " + Lasted(stage) + (said.empty() ? "" : ", " + said));
      if (state == "unchanged") session_.Say(name + ": skipped, " + stage.Text("reason"));
      if (state == "failed" || state == "blocked" || state == "killed")
        session_.Say(name + ": " + state + ", " + stage.Text("reason"));
    }
  }

 private:
  const Session& session_;
  std::map<std::string, std::string> told_;
};

}  // namespace

Result<Json> FollowToEnd(Session& session, Json run, os::StopSignals& signals, bool& interrupted) {
  Story story(session);
  const std::string path = std::string(kPipelineRuns) + "/" + run.Text("id");
  for (;;) {
    if (!session.json()) story.Tell(run);
    if (run.Text("state") != "running") return run;
    if (signals.Wait(0) != 0 && !interrupted) {
      interrupted = true;
      session.Note("cancelling the run");
      // It may have ended by itself in between; the next look tells.
      static_cast<void>(static_cast<bool>(session.Post(path + "/cancel", Json::Object())));
    }
    run = CAIRN_TRY(
        session.Get(path + "?wait_ms=200&stages=changed&after=" + std::to_string(run.Int("revision"))));
  }
}

void ShowFailures(Session& session, const Json& run) {
  for (const Json& stage : run.At("stages").items()) {
    if (stage.Text("state") != "failed" || stage.Text("log").empty()) continue;
    session.Note("--- the end of " + stage.Text("log"));
    const auto tail = session.GetText(std::string(kPipelineRuns) + "/" + run.Text("id") + "/stages/" +
                                      PercentEncode(stage.Text("name")) + "/log?tail=15");
    if (tail) session.Note(std::string_view(*tail).substr(0, tail->size() - (tail->ends_with('\n') ? 1 : 0)));
  }
}

}  // namespace cairn::cli
