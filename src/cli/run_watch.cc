#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "cli/run_view.h"
#include "ground/os/clock.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

/// A page that is renewed in place must be lower than the terminal.
constexpr std::size_t kShownMetrics = 15;
/// A server that restarts is waited for.
constexpr std::int64_t kPatienceNs = 60'000'000'000;
constexpr std::int64_t kQuietMs = 60'000;

bool HasEnded(const Json& run) {
  return run.Bool("deleted") || (run.Text("status") != "RUNNING" && run.Text("status") != "SCHEDULED");
}

std::string EndOf(const Json& run) {
  const auto took = TookOf(run);
  std::string text = "Run " + run.Text("name") + " ";
  if (run.Bool("deleted")) return text + "was marked as deleted.";
  return text + (run.Text("status") == "FINISHED" ? "finished" : "ended as " + run.Text("status")) +
         (took.empty() ? "." : " after " + took + ".");
}

/// "" while points come; otherwise how long none has.
std::string QuietOf(const Json& run) {
  std::int64_t newest = run.Int("start_ms");
  for (const Json& series : run.At("series").items()) newest = std::max(newest, series.Int("at_ms"));
  const auto quiet = os::SystemClock().Now() - newest;
  return newest == 0 || quiet < kQuietMs ? "" : ", nothing new for " + FormatDuration(quiet);
}

std::string PageOf(const Json& run) {
  const auto width = static_cast<std::size_t>(os::WidthOf(os::kStandardOutput));
  const auto took = TookOf(run);
  const std::string lasted = run.Text("status") == "RUNNING" ? " for " : " after ";
  std::string text = run.Text("name") + " " + run.Text("run_id").substr(0, 8) + "  " + run.Text("status") +
                     (took.empty() ? "" : lasted + took) + QuietOf(run) + "\n";
  Table table({"metric", "last", "step", "history"});
  const auto& all = run.At("series").items();
  for (std::size_t i = 0; i < std::min(all.size(), kShownMetrics); ++i) {
    const auto values = ValuesOf(all[i]);
    table.Add({all[i].Text("key"), CellOf(all[i].At("value")), std::to_string(all[i].Int("step")),
               values.size() > 1 ? Sparkline(values, BarsFor(all)) : ""});
  }
  text += table.TextWithin(width, "no metric yet");
  if (all.size() > kShownMetrics)
    text += "and " + std::to_string(all.size() - kShownMetrics) + " metrics more\n";
  return text;
}

/// What a change looks like where nothing can be renewed: one line.
std::string LineOf(const Json& run) {
  std::vector<std::string> parts{run.Text("status")};
  for (const Json& series : run.At("series").items()) {
    parts.push_back(series.Text("key") + "=" + CellOf(series.At("value")) + " (step " +
                    std::to_string(series.Int("step")) + ")");
  }
  return Join(parts, "  ");
}

/// Shows a run again and again, each change once.
class Screen {
 public:
  explicit Screen(const Session& session)
      : session_(session), renews_(!session.json() && os::IsTerminal(os::kStandardOutput)) {}

  void Show(const Json& run) {
    const std::string text = session_.json() ? run.Dump() : renews_ ? PageOf(run) : LineOf(run);
    if (text == last_) return;
    if (renews_) {
      if (lines_ > 0) std::printf("\033[%zuA\033[J", lines_);
      lines_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
      std::fputs(text.c_str(), stdout);
    } else {
      session_.Say(text);
    }
    std::fflush(stdout);
    last_ = text;
  }

 private:
  const Session& session_;
  const bool renews_;
  std::size_t lines_ = 0;
  std::string last_;
};

Result<std::chrono::milliseconds> PauseAsked(const Arguments& arguments) {
  if (!arguments.Has("--every")) return std::chrono::milliseconds(1000);
  const auto seconds = ParseDouble(arguments.Text("--every"));
  if (seconds && *seconds >= 0.05 && *seconds <= 3600)
    return std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000));
  return Error{Reason::InvalidArgument,
               "--every takes seconds from 0.05 to 3600, not '" + arguments.Text("--every") + "'"};
}

}  // namespace

Result<int> WatchRun(Session& session, const Arguments& arguments) {
  const auto pause = CAIRN_TRY(PauseAsked(arguments));
  const std::string question = "?points=" + std::to_string(kMostPoints);
  Json run = CAIRN_TRY(session.Get(RunPath(arguments.Text("RUN"), question)));
  Screen screen(session);
  std::int64_t reached_ns = os::SteadyNs();
  while (true) {
    screen.Show(run);
    if (HasEnded(run)) break;
    std::this_thread::sleep_for(pause);
    auto next = session.Get(RunPath(run.Text("run_id"), question));
    const bool away = !next && next.error().reason == Reason::Unavailable;
    if (away && os::SteadyNs() - reached_ns < kPatienceNs) continue;
    run = CAIRN_TRY(std::move(next));
    reached_ns = os::SteadyNs();
  }
  if (!session.json()) session.Say(EndOf(run));
  return run.Text("status") == "FINISHED" && !run.Bool("deleted") ? 0 : 1;
}

}  // namespace cairn::cli
