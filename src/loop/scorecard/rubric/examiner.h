#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// What the records say about one test.
struct Finding {
  std::vector<const Moment*> evidence;  ///< In order.
  std::string objection;                ///< Why it counts nothing whatever the evidence, or "".
  Json passing;                         ///< Of the newest evidence.
};

/// Looks through the records for one test at a time.
class Examiner {
 public:
  Examiner(const History& history, const Node* configuration, TimeMs now, std::int64_t cadence_ms)
      : history_(history), configuration_(configuration), now_(now), cadence_ms_(cadence_ms) {}

  const History& history() const { return history_; }
  /// The accepted configuration's value under a dotted path, as text; `otherwise` when absent.
  std::string Setting(std::string_view path, std::string_view otherwise) const;
  /// The names of the accepted gate rules with this key and value.
  std::vector<std::string> RulesWith(std::string_view key, std::string_view value) const;

  double PointsFor(const Finding& finding) const;
  std::string SentenceFor(const Finding& finding) const;

 private:
  struct Weight {
    std::size_t automatic = 0, by_hand = 0;
    bool stale = false;
  };
  Weight WeightOf(const Finding& finding) const;

  const History& history_;
  const Node* configuration_;
  TimeMs now_;
  std::int64_t cadence_ms_;
};

/// One function a test that records can show.
Finding SchemaIsShared(const Examiner& examiner);
Finding SimplerIsNotBetter(const Examiner& examiner);
Finding SlicesAreGood(const Examiner& examiner);
Finding GatesBeforeProduction(const Examiner& examiner);
Finding CanaryBeforeAll(const Examiner& examiner);
Finding CanBeTakenBack(const Examiner& examiner);
Finding InputsAreWatched(const Examiner& examiner);
Finding QualityIsWatched(const Examiner& examiner);

}  // namespace cairn::scorecard
