#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// One test of the rubric "What's your ML Test Score?" (Breck and others, 2016), as this program's own
/// records answer it.
struct ScoredTest {
  std::string_view id;       ///< "T-D1" … "T-O7"
  std::string_view section;  ///< data, model, infrastructure, monitoring
  std::string_view meaning;
  /// 1: the program did it by itself at least twice, the newest within the cadence. 0.5: it is on record, but
  /// by hand or once. 0 otherwise: also when it was done too long ago.
  double points = 0;
  /// Whether the newest result was good; null where nothing was measured. Having the test earns the points,
  /// not its result.
  Json passing;
  std::string sentence;                 ///< Why so many points.
  std::vector<const Moment*> evidence;  ///< Into the history; the newest twenty.
  std::string_view earns;               ///< What would earn (more of) it.
};

struct TestScore {
  std::vector<ScoredTest> tests;  ///< All 28, in order.

  double Sum(std::string_view section) const;
  double Score() const;  ///< The smallest sum of the four sections.
  std::string_view Band() const;
  /// The shape of GET /api/v1/score.
  Json ToJson() const;
};

/// How old the newest evidence may be.
inline constexpr std::int64_t kCadenceMs = 30 * 86'400'000LL;

/// `configuration` is the accepted one, or null. The evidence points into `history`.
TestScore Judge(const History& history, const Node* configuration, TimeMs now,
                std::int64_t cadence_ms = kCadenceMs);

}  // namespace cairn::scorecard
