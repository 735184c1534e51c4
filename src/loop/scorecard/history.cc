#include "loop/scorecard/history.h"

#include <algorithm>
#include <array>
#include <limits>

namespace cairn::scorecard {
namespace {

constexpr std::array<std::string_view, 9> kRooms{"governance.", "charter.",    "data.",
                                                 "pipeline.",   "registry.",   "rollout.",
                                                 "serving.",    "monitoring.", "experiment."};
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
  for (const auto room : kRooms) CAIRN_TRY(ReadAll(log, room, moments));
  metadata::EventFilter runs;
  runs.kind = "run.ended";
  runs.order = metadata::EventFilter::Order::NewestFirst;
  auto ended = CAIRN_TRY(log.Read(runs));
  std::move(ended.begin(), ended.end(), std::back_inserter(moments));
  std::sort(moments.begin(), moments.end(), Earlier);
  return History(std::move(moments));
}

History::History(std::vector<Moment> moments) : moments_(std::move(moments)) {
  for (const Moment& moment : moments_) {
    const auto& kind = moment.event.kind;
    const auto& cause = moment.event.cause;
    const Json& body = moment.event.body;
    if (kind == "monitoring.alert_raised") automatic_causes_.push_back(body.Text("alert"));
    if (kind == "pipeline.run_started" && ByItself(body.At("trigger").Text("on"))) {
      // What follows from a run without a cause has the run as its cause.
      automatic_causes_.push_back(cause.empty() ? body.Text("run") : cause);
    }
  }
  std::sort(automatic_causes_.begin(), automatic_causes_.end());
}

std::vector<const Moment*> History::Of(std::string_view kind) const {
  std::vector<const Moment*> found;
  for (const Moment& moment : moments_) {
    if (moment.event.kind == kind) found.push_back(&moment);
  }
  return found;
}

const Moment* History::Last(std::string_view kind) const {
  const auto found = std::find_if(moments_.rbegin(), moments_.rend(),
                                  [&](const Moment& moment) { return moment.event.kind == kind; });
  return found == moments_.rend() ? nullptr : &*found;
}

bool History::IsAutomatic(const Moment& moment) const {
  if (moment.event.kind == "pipeline.run_started")
    return ByItself(moment.event.body.At("trigger").Text("on"));
  if (!moment.event.cause.empty())
    return std::binary_search(automatic_causes_.begin(), automatic_causes_.end(), moment.event.cause);
  return moment.event.kind.starts_with("monitoring.") && moment.event.actor == "system";
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
