#include <algorithm>

#include "loop/scorecard/changes/changes.h"

namespace cairn::scorecard {
namespace {

bool SameVersion(const Moment& moment, const Promotion& promotion, std::string_view name = "version") {
  return moment.event.body.Text("model") == promotion.model &&
         VersionIn(moment.event.body, name) == promotion.version;
}

/// The run of the pipeline that made the version registered at `registered`: the one that it names, the
/// first one with the promotion's cause, else the newest that was still going on then.
const Moment* RunBehind(const History& history, const Promotion& promotion, const Moment& registered) {
  const std::string named = registered.event.body.Text("pipeline_run");
  if (!named.empty()) {
    if (const Moment* run = history.RunStarted(named)) return run;
  }
  std::vector<const Moment*> open;
  for (const Moment* run : history.Of("pipeline.run_started")) {
    if (!History::Before(*run, registered)) break;
    const bool behind = run->event.cause == promotion.cause || run->event.body.Text("run") == promotion.cause;
    if (!promotion.cause.empty() && behind) return run;
    open.push_back(run);
  }
  for (const Moment* ended : history.Of("pipeline.run_ended")) {
    if (!History::Before(*ended, registered)) break;
    std::erase_if(open, [&](const Moment* run) {
      return run->event.body.Text("run") == ended->event.body.Text("run") && History::Before(*run, *ended);
    });
  }
  return open.empty() ? nullptr : open.back();
}

/// The promotion of the same model before this one, or null.
const Moment* PromotedBefore(const History& history, const Moment& promoted) {
  const Moment* before = nullptr;
  for (const Moment* one : history.Of("rollout.promoted")) {
    if (one == &promoted) break;
    if (one->event.body.Text("model") == promoted.event.body.Text("model")) before = one;
  }
  return before;
}

/// When the first run of the experiment began in which the version's own run is, since the promotion before.
std::optional<TimeMs> ExplorationOf(const History& history, const Moment& promoted,
                                    const Moment& registered) {
  const auto runs = history.Of("run.ended");
  const std::string own = registered.event.body.Text("run_id");
  const auto found = std::find_if(runs.begin(), runs.end(), [&](const Moment* run) {
    return !own.empty() && run->event.body.Text("run_id") == own;
  });
  if (found == runs.end()) return std::nullopt;
  const std::string experiment = (*found)->event.body.Text("experiment_id");
  const Moment* before = PromotedBefore(history, promoted);
  std::optional<TimeMs> first;
  for (const Moment* run : runs) {
    const Json& body = run->event.body;
    if (body.Text("experiment_id") != experiment || run->at > registered.at) continue;
    const TimeMs began = run->at - body.Int("duration_ms");
    if (before != nullptr && began < before->at) continue;
    first = std::min(first.value_or(began), began);
  }
  return first;
}

void FindBeginning(const History& history, const Moment& promoted, Promotion& promotion) {
  const Moment* registered = nullptr;
  for (const Moment* added : history.Of("registry.version_added")) {
    if (History::Before(*added, promoted) && SameVersion(*added, promotion)) registered = added;
  }
  if (registered == nullptr) return;
  promotion.began = promotion.registered = registered->at;
  if (const Moment* run = RunBehind(history, promotion, *registered)) {
    promotion.began = std::min(run->at, registered->at);
    promotion.on = run->event.body.At("trigger").Text("on", "demand");
    promotion.events.push_back(run->id);
    // What a trigger began, nobody had to find out first.
    if (history.IsAutomatic(*run)) promotion.explored = promotion.began;
  }
  if (!promotion.explored) promotion.explored = ExplorationOf(history, promoted, *registered);
  if (promotion.explored) promotion.explored = std::min(*promotion.explored, *promotion.began);
  promotion.events.push_back(registered->id);
}

/// Whether a window of this version's quality was judged and found within its bound.
bool ShowsItGood(const Moment& moment, const Promotion& promotion) {
  if (!Is(moment, "monitoring.window_closed") || !AboutQuality(moment)) return false;
  const std::string version = VersionIn(moment.event.body);
  return (version.empty() || version == promotion.version) && WithinBounds(moment);
}

/// What in this event makes the promotion a failed one; "" when nothing does.
std::string FailureIn(const Moment& moment, const Promotion& promotion, bool good) {
  if (Is(moment, "rollout.rolled_back") && SameVersion(moment, promotion, "from"))
    return "rolled back: " + moment.event.body.Text("reason");
  if (good || !Is(moment, "monitoring.alert_raised") || !AboutQuality(moment)) return "";
  if (moment.event.body.Text("model", promotion.model) != promotion.model) return "";
  const std::string version = VersionIn(moment.event.body);
  if (!version.empty() && version != promotion.version) return "";
  return "alert of " + moment.event.body.Text("monitor") + " before any good window";
}

void FindFailure(const History& history, const Moment& promoted, Promotion& promotion) {
  bool good = false;
  const Moment* const end = history.moments().data() + history.moments().size();
  for (const Moment* moment = &promoted + 1; moment != end; ++moment) {
    if (Is(*moment, "rollout.promoted") && moment->event.body.Text("model") == promotion.model) break;
    good = good || ShowsItGood(*moment, promotion);
    promotion.why = FailureIn(*moment, promotion, good);
    if (promotion.why.empty()) continue;
    promotion.failed = true;
    promotion.events.push_back(moment->id);
    return;
  }
  if (!promotion.comparison.worse) return;
  promotion.failed = true;
  promotion.why = promotion.comparison.metric + " significantly worse than that of version " +
                  promotion.previous + ", which it replaced";
}

std::optional<std::int64_t> Between(const std::optional<TimeMs>& from, const std::optional<TimeMs>& to) {
  return from && to ? std::optional(*to - *from) : std::nullopt;
}

}  // namespace

bool Is(const Moment& moment, std::string_view kind) { return moment.event.kind == kind; }
bool AboutQuality(const Moment& moment) { return moment.event.body.Text("kind", "quality") == "quality"; }

Promotion PromotionOf(const History& history, const Moment& promoted) {
  Promotion promotion;
  promotion.model = promoted.event.body.Text("model");
  promotion.version = VersionIn(promoted.event.body);
  promotion.previous = VersionIn(promoted.event.body, "previous");
  promotion.decision = promoted.event.body.Text("decision");
  promotion.cause = promoted.event.cause;
  promotion.on = "demand";
  promotion.at = promoted.at;
  FindBeginning(history, promoted, promotion);
  promotion.events.push_back(promoted.id);
  promotion.comparison = CompareWithReplaced(history, promoted);
  FindFailure(history, promoted, promotion);
  return promotion;
}

std::optional<std::int64_t> Promotion::LeadMs() const { return Between(explored ? explored : began, at); }
std::optional<std::int64_t> Promotion::ExplorationMs() const { return Between(explored, began); }
std::optional<std::int64_t> Promotion::TrainingMs() const { return Between(began, registered); }
std::optional<std::int64_t> Promotion::WaitingMs() const { return Between(registered, at); }

}  // namespace cairn::scorecard
