#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/settings.h"

namespace cairn::scorecard {

struct Entry;

/// What the records say about one test.
struct Finding {
  std::vector<const Moment*> evidence;  ///< Of its having been done, in order.
  /// Approvals by people: each signed by somebody who neither made nor proposed the candidate, over what was
  /// measured. In order.
  std::vector<const Moment*> approved;
  std::string objection;  ///< Why it counts nothing whatever the evidence, or "".
  std::string lacks;      ///< Why the program does not do it, or "". A record by hand counts all the same.
  Json passing;           ///< Of the newest evidence.
};

/// What a test earned.
struct Marks {
  double points = 0;
  std::string sentence;
  Json passing;
  std::vector<const Moment*> evidence;  ///< In order.
};

/// Looks through the records for one test at a time.
class Examiner {
 public:
  /// All must outlive it. `configuration` is the accepted one, or null.
  Examiner(const History& history, const Node* configuration, const Settings& settings, TimeMs now)
      : history_(history), configuration_(configuration), settings_(settings), now_(now) {}

  const History& history() const { return history_; }
  /// The accepted configuration's value under a dotted path, as text; `otherwise` when absent.
  std::string Setting(std::string_view path, std::string_view otherwise) const;
  /// The names of the accepted gate rules with this key and value.
  /// With `value` "": of those with this key at all.
  std::vector<std::string> RulesWith(std::string_view key, std::string_view value) const;

  Marks Examine(const Entry& entry) const;

 private:
  /// A test that was done by hand: who, when, and who acknowledged it.
  struct ByHand {
    const Moment* record = nullptr;
    const Moment* acknowledged = nullptr;
    TimeMs done = 0;
  };
  Finding FindingOf(const Entry& entry) const;
  Finding StagesOf(const Entry& entry) const;
  ByHand RecordOf(std::string_view test) const;
  std::string TooLittle(const Entry& entry, const Finding& finding, const ByHand& hand,
                        const std::vector<const Moment*>& automatic, TimeMs oldest) const;

  const History& history_;
  const Node* configuration_;
  const Settings& settings_;
  TimeMs now_;
};

/// One function for each test that the program does itself, or in part.
Finding SchemaIsShared(const Examiner& examiner);
Finding OfflineFollowsLive(const Examiner& examiner);
Finding ParametersAreTuned(const Examiner& examiner);
Finding SimplerIsNotBetter(const Examiner& examiner);
Finding SlicesAreGood(const Examiner& examiner);
Finding GroupsAreTreatedAlike(const Examiner& examiner);
Finding GatesBeforeProduction(const Examiner& examiner);
Finding CanaryBeforeAll(const Examiner& examiner);
Finding CanBeTakenBack(const Examiner& examiner);
Finding InputsAreWatched(const Examiner& examiner);
Finding QualityIsWatched(const Examiner& examiner);

}  // namespace cairn::scorecard
