#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/settings.h"

namespace cairn::scorecard {

/// One test of the rubric "What's your ML Test Score?" (Breck and others, 2017), as this program's own
/// records answer it.
struct ScoredTest {
  std::string_view id;       ///< "T-D1" … "T-O7"
  std::string_view section;  ///< data, model, infrastructure, monitoring
  std::string_view meaning;
  /// 1: a system did it at least twice (a trigger or the program itself began it), the newest within the
  /// cadence. 0.5: a person did it within the cadence, signed what was found, and another acknowledged it
  /// (ManualTests; or an approver signed a decision that rests on it). 0 otherwise: also when that was too
  /// long ago.
  double points = 0;
  /// Whether the newest result was good; null where nothing was measured. Having the test earns the points,
  /// not its result.
  Json passing;
  std::string sentence;                 ///< Why so many points.
  std::vector<const Moment*> evidence;  ///< Into the history; the newest twenty.
  std::string_view earns;               ///< What would earn (more of) it.
  std::string_view lacks;  ///< The part of this program that would do it and is not there; or "".
  std::string stages;      ///< Of the pipeline that are bound to it: "unit_tests, …"; or "".
};

struct TestScore {
  std::vector<ScoredTest> tests;  ///< All 28, in order.
  const History* history = nullptr;

  double Sum(std::string_view section) const;
  double Score() const;  ///< The smallest sum of the four sections.
  std::string_view Band() const;
  /// Null when there is no such test.
  const ScoredTest* Find(std::string_view id) const;
  /// The shape of GET /api/v1/score.
  Json ToJson() const;
};

/// `configuration` is the accepted one, or null. The evidence points into `history`, which must outlive the
/// score. Only what the configuration says under `scorecard` can be an error (ParseScorecard).
Result<TestScore> Judge(const History& history, const Node* configuration, TimeMs now);

}  // namespace cairn::scorecard
