#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ledger/metadata/log.h"

/// How good the way of working is: every figure here is derived from the event log, and opens to the events
/// behind it.
namespace cairn::scorecard {

using Moment = metadata::LoggedEvent;

/// The events that the figures are derived from, in the order in which they happened. A snapshot, made anew
/// for each question.
class History {
 public:
  /// Every event of the loop that a figure rests on; of what is done to data besides, the newest thousand of
  /// each kind. Runs that ended and closed segments of the prediction log come by the million: those among
  /// the newest ten thousand events.
  static Result<History> Read(const metadata::Log& log);
  /// Events in order; what a test makes by hand.
  explicit History(std::vector<Moment> moments);

  const std::vector<Moment>& moments() const { return moments_; }
  /// Those of one kind, in order.
  std::vector<const Moment*> Of(std::string_view kind) const;
  /// The last of a kind, or null.
  const Moment* Last(std::string_view kind) const;
  /// Whether `a` happened before `b`; both from this history.
  static bool Before(const Moment& a, const Moment& b) { return &a < &b; }

  /// Whether nobody started it by hand: it follows from an alert, a schedule, new data, new code or a CI job,
  /// or the monitors did it by themselves. A replay is asked for by somebody, and a return to the
  /// predecessor unless a stage of a run that a trigger began asked for it.
  bool IsAutomatic(const Moment& moment) const;
  /// "pipeline.run_started" of this run, or null.
  const Moment* RunStarted(std::string_view run) const;
  /// Whether a trigger brought the version that was added: by itself, or by the run that made it.
  bool CameByTrigger(const Moment& version_added) const;
  /// The last "pipeline.run_started" that names a commit, or null.
  const Moment* LastCommitted() const;
  /// The commit that a run was built from; "" when that is not on record.
  std::string CommitOf(std::string_view run) const;
  /// The commit that a promoted version was made from; "" when that is not on record.
  std::string CommitBehind(const Moment& promoted) const;

 private:
  std::vector<Moment> moments_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_kind_;
  std::map<std::string, std::size_t, std::less<>> runs_;
  std::vector<std::string> automatic_causes_;  ///< Sorted.
};

/// The later one of two moments of one history; null only where both are.
const Moment* Later(const Moment* a, const Moment* b);
/// Whether nothing that a closed window judged lay beyond its bound.
bool WithinBounds(const Moment& window);
/// A version in an event's body, a number or a text: "3"; "" when there is none.
std::string VersionIn(const Json& body, std::string_view name = "version");
/// One event as a short sentence for people.
std::string SentenceOf(const Moment& moment);
/// {"event", "position", "kind", "at_ms", "subject", "actor", "cause", "digest"} of an event that a figure
/// cites; "digest" is the one in its body, or null.
Json Citation(const Moment& moment);

}  // namespace cairn::scorecard
