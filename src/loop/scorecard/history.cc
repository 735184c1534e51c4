#include "loop/scorecard/history.h"

#include <algorithm>
#include <array>
#include <limits>

namespace cairn::scorecard {
namespace {

constexpr std::array<std::string_view, 11> kWhole{"governance.",
                                                  "charter.",
                                                  "scorecard.",
                                                  "pipeline.",
                                                  "registry.",
                                                  "rollout.",
                                                  "evidence.",
                                                  "serving.loaded",
                                                  "monitoring.",
                                                  "data.version_added",
                                                  "data.contract_checked"};
constexpr std::array<std::string_view, 10> kNewest{
    "data.profiled",      "data.seal_opened", "data.split_sealed", "data.split_made", "data.alias_set",
    "data.alias_removed", "data.verified",    "experiment.",       "evaluation.made", "sweep.queued"};
/// Of these there may be millions: sought among the newest events of all kinds, which cost no sorting.
constexpr std::array<std::string_view, 2> kFrequent{"run.ended", "serving.segment_closed"};
constexpr std::int64_t kLookedThrough = 10'000;
constexpr std::int64_t kPage = 5000;

Result<> ReadAll(const metadata::Log& log, std::string_view room, std::vector<Moment>& moments) {
  metadata::EventFilter filter;
  filter.kind = room;
  filter.limit = kPage;
  for (;;) {
    auto page = CAIRN_TRY(log.Read(filter));
    const bool last = static_cast<std::int64_t>(page.size()) < kPage || !page.back().position;
    if (!page.empty()) filter.after_position = page.back().position;
    std::move(page.begin(), page.end(), std::back_inserter(moments));
    if (last) return Done{};
  }
}

/// Sealed events by position; what is not sealed yet came after them.
bool Earlier(const Moment& a, const Moment& b) {
  const std::int64_t never = std::numeric_limits<std::int64_t>::max();
  const std::int64_t first = a.position.value_or(never), second = b.position.value_or(never);
  if (first != second) return first < second;
  return a.at != b.at ? a.at < b.at : a.id < b.id;
}

bool ByItself(std::string_view trigger) {
  return trigger == "alert" || trigger == "schedule" || trigger == "message" || trigger == "data" ||
         trigger == "training_code" || trigger == "application_code" || trigger == "ci";
}

}  // namespace

Result<History> History::Read(const metadata::Log& log) {
  std::vector<Moment> moments;
  for (const auto kinds : kWhole) CAIRN_TRY(ReadAll(log, kinds, moments));
  for (const auto kind : kNewest) {
    metadata::EventFilter filter;
    filter.kind = kind;
    filter.order = metadata::EventFilter::Order::NewestFirst;
    auto page = CAIRN_TRY(log.Read(filter));
    std::move(page.begin(), page.end(), std::back_inserter(moments));
  }
  metadata::EventFilter newest;
  newest.order = metadata::EventFilter::Order::NewestFirst;
  newest.limit = kLookedThrough;
  auto looked_through = CAIRN_TRY(log.Read(newest));
  for (Moment& moment : looked_through) {
    const bool wanted = std::find(kFrequent.begin(), kFrequent.end(), moment.event.kind) != kFrequent.end();
    if (wanted) moments.push_back(std::move(moment));
  }
  std::sort(moments.begin(), moments.end(), Earlier);
  return History(std::move(moments));
}

History::History(std::vector<Moment> moments) : moments_(std::move(moments)) {
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const auto& event = moments_[i].event;
    by_kind_[event.kind].push_back(i);
    if (event.kind == "monitoring.alert_raised") automatic_causes_.push_back(event.body.Text("alert"));
    if (event.kind != "pipeline.run_started") continue;
    const std::string run = event.body.Text("run");
    runs_.emplace(run, i);
    // What follows from a run without a cause has the run as its cause.
    if (ByItself(event.body.At("trigger").Text("on")))
      automatic_causes_.push_back(event.cause.empty() ? run : event.cause);
  }
  std::sort(automatic_causes_.begin(), automatic_causes_.end());
}

std::vector<const Moment*> History::Of(std::string_view kind) const {
  std::vector<const Moment*> found;
  const auto all = by_kind_.find(kind);
  if (all == by_kind_.end()) return found;
  found.reserve(all->second.size());
  for (const std::size_t i : all->second) found.push_back(&moments_[i]);
  return found;
}

const Moment* History::Last(std::string_view kind) const {
  const auto all = by_kind_.find(kind);
  return all == by_kind_.end() ? nullptr : &moments_[all->second.back()];
}

const Moment* History::RunStarted(std::string_view run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &moments_[found->second];
}

bool History::IsAutomatic(const Moment& moment) const {
  const auto& event = moment.event;
  if (event.kind.starts_with("pipeline.")) {
    if (const Moment* started = RunStarted(event.body.Text("run")))
      return ByItself(started->event.body.At("trigger").Text("on"));
  }
  // The story of a return is the promotion's that it takes back; who asked for it is another matter.
  if (event.kind == "rollout.rolled_back") {
    const Moment* run = RunStarted(event.body.Text("pipeline_run"));
    return run != nullptr && ByItself(run->event.body.At("trigger").Text("on"));
  }
  if (!event.cause.empty())
    return std::binary_search(automatic_causes_.begin(), automatic_causes_.end(), event.cause);
  return event.kind.starts_with("monitoring.") && event.actor == "system";
}

bool History::CameByTrigger(const Moment& version_added) const {
  const Moment* run = RunStarted(version_added.event.body.Text("pipeline_run"));
  return IsAutomatic(version_added) || (run != nullptr && IsAutomatic(*run));
}

const Moment* History::LastCommitted() const {
  const auto runs = Of("pipeline.run_started");
  const auto found = std::find_if(runs.rbegin(), runs.rend(), [](const Moment* run) {
    return !run->event.body.At("git").Text("commit").empty();
  });
  return found == runs.rend() ? nullptr : *found;
}

std::string History::CommitOf(std::string_view run) const {
  const Moment* started = RunStarted(run);
  return started == nullptr ? "" : started->event.body.At("git").Text("commit");
}

std::string History::CommitBehind(const Moment& promoted) const {
  const Json& shipped = promoted.event.body;
  for (const Moment* added : Of("registry.version_added")) {
    const Json& body = added->event.body;
    if (body.Text("model") == shipped.Text("model") && VersionIn(body) == VersionIn(shipped))
      return CommitOf(body.Text("pipeline_run"));
  }
  return "";
}

const Moment* Later(const Moment* a, const Moment* b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  return History::Before(*a, *b) ? b : a;
}

bool WithinBounds(const Moment& window) {
  const auto& values = window.event.body.At("values").items();
  return std::none_of(values.begin(), values.end(), [](const Json& value) { return value.Bool("breached"); });
}

std::string VersionIn(const Json& body, std::string_view name) {
  const Json& version = body.At(name);
  if (version.IsInt()) return version.AsInt() == 0 ? "" : std::to_string(version.AsInt());
  return version.IsString() ? version.AsString() : "";
}

Json Citation(const Moment& moment) {
  const Json& body = moment.event.body;
  std::string digest = body.Text("digest");
  if (digest.empty()) digest = body.Text("manifest");
  return Json{{"event", moment.id},
              {"position", moment.position ? Json(*moment.position) : Json()},
              {"kind", moment.event.kind},
              {"at_ms", moment.at},
              {"subject", moment.event.subject},
              {"actor", moment.event.actor},
              {"cause", moment.event.cause},
              {"digest", digest.empty() ? Json() : Json(digest)}};
}

}  // namespace cairn::scorecard
