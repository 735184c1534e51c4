#include "cli/exp_follow.h"

#include "cli/exp_view.h"
#include "cli/run_story.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

std::string Listing(const std::string& project, const std::string& sweep, std::int64_t after) {
  return std::string(kSweeps) + "?project_dir=" + PercentEncode(project) + "&sweep=" + sweep +
         "&wait_ms=500&after=" + std::to_string(after);
}

void Tell(const Session& session, const Json& trial) {
  const std::string state = trial.Text("state");
  std::string line = trial.Text("id") + ": " + state + " with " + SettingsShown(trial);
  if (!FiguresShown(trial).empty()) line += ": " + FiguresShown(trial);
  if (!trial.Text("problem").empty()) line += " (" + trial.Text("problem") + ")";
  session.Say(line);
}

}  // namespace

std::int64_t Followed::Count(std::initializer_list<std::string_view> states) const {
  std::int64_t count = 0;
  for (const Json& sweep : sweeps.items()) {
    for (const auto state : states) count += sweep.At("trials").Int(state);
  }
  return count;
}

int Followed::code() const { return interrupted ? kInterrupted : failed > 0 ? 1 : 0; }

Result<Followed> FollowTrials(Session& session, const std::string& project, const std::string& sweep,
                              std::int64_t jobs, os::StopSignals& signals) {
  Followed followed;
  Json look = CAIRN_TRY(session.Get(Listing(project, sweep, -1)));
  CAIRN_TRY(session.Post(std::string(kSweeps) + "/begin",
                         Json{{"project_dir", project}, {"sweep", sweep}, {"jobs", jobs}}));
  followed.sweeps = look.At("items");
  // Those that are skipped do not end; for them one more look tells.
  const std::int64_t open = followed.Count({"queued", "running"});
  for (;;) {
    look = CAIRN_TRY(session.Get(Listing(project, sweep, look.Int("seen"))));
    followed.sweeps = look.At("items");
    for (const Json& trial : look.At("ended").items()) {
      if (!session.json()) Tell(session, trial);
      followed.failed += trial.Text("state") == "failed" ? 1 : 0;
      followed.ended.Push(trial);
    }
    const bool over =
        followed.Count({"running"}) == 0 && (followed.interrupted || followed.Count({"queued"}) == 0);
    const bool told = static_cast<std::int64_t>(followed.ended.items().size()) >= open;
    if (over && (told || look.At("ended").items().empty())) return followed;
    if (signals.Wait(0) == 0 || followed.interrupted) continue;
    followed.interrupted = true;
    session.Note("putting back what runs");
    CAIRN_TRY(
        session.Post(std::string(kSweeps) + "/stop", Json{{"project_dir", project}, {"put_back", true}}));
  }
}

}  // namespace cairn::cli
