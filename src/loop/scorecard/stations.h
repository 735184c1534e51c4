#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// Where a station of the loop stands.
enum class Standing { Idle, Done, Running, Waiting, Failed, Alert };
std::string_view NameOf(Standing standing);

/// One station of the loop and the last thing that happened there.
struct Station {
  std::string_view name;
  std::string_view title;
  Standing standing = Standing::Idle;
  std::string summary;
  std::int64_t events = 0;
  const Moment* last = nullptr;  ///< Into the history; null when nothing happened yet.
};
Json ToJson(const Station& station);

/// Charter, data, feasibility, pipeline, tracking, registry, gates, serving, monitoring and retraining, in
/// this order. (The scorecard, the eleventh, has no events of its own.)
std::vector<Station> StationsOf(const History& history);

/// What is in production: the last promotion or return of the guarded alias of a model; of any for "".
///   null | {"model", "version", "since_ms", "approved_by": [names], "decision", "cause", "previous"}
Json ProductionOf(const History& history, std::string_view model, std::string_view alias);
/// A canary that has started and not ended: null | {"model", "version", "share", "since_ms"}.
Json CanaryOf(const History& history);

}  // namespace cairn::scorecard
