#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// Evidence from which side of a random split events come, that may be looked at after every event and
/// recomputed from counts alone.
///
/// Each request is assigned at random, by itself, with a known chance r to the canary. Under the null
/// hypothesis an event (a bad answer; or any request at all) falls to the canary with chance at most r
/// (exactly r for the two-sided test), whatever the rate of events does over the day. Against it stand odds
/// that are rho times as high: then the chance is theta = r rho / (r rho + 1 - r). The likelihood ratio of
/// one event is theta / r when it is the canary's and (1 - theta) / (1 - r) when not, so that
///
///   E = mean over rho of the product over r of  (rho / d)^canary * (1 / d)^others,   d = 1 + r (rho - 1),
///
/// is a non-negative supermartingale that starts at 1, and P(sup E >= 1 / alpha) <= alpha at every look
/// together (Ville 1939; a mixture of likelihood ratios: Robbins 1970; conditioning on the events alone as in
/// the exact test of two Poisson rates, Przyborowski & Wilenski 1940; e-processes: Ramdas, Gruenwald, Vovk &
/// Shafer, "Game-theoretic statistics and safe anytime-valid inference", 2023). Nothing is approximate, and
/// the order of the events does not matter. What it needs: the share that counts for an event is the one its
/// request was drawn by; a unit that is kept on one side (a user, a session) counts once.
namespace cairn::evaluation {

enum class OddsTest {
  Worse,  ///< One-sided: rho on a log grid of 48 points from 1.05 to 20. For bad answers.
  Split,  ///< Two-sided: the same from 1.01 to 20, and their inverses. For all requests: is the split as
          ///< said?
};

/// Events seen while the canary's share was `share` (0 … 1, ends excluded).
struct OddsCount {
  double share = 0;
  std::int64_t canary = 0, others = 0;
  friend bool operator==(const OddsCount&, const OddsCount&) = default;
};

/// E of these counts; at most the greatest double. The same counts in the same order give the same bits.
double OddsEValue(OddsTest test, std::span<const OddsCount> counts);

/// The counts as they grow, and as they were when E was greatest, which is what Ville's inequality bounds. A
/// plain value, not safe from several threads at once.
class OddsEvidence {
 public:
  explicit OddsEvidence(OddsTest test) : OddsEvidence(test, {}, {}) {}
  /// Goes on from stored counts.
  OddsEvidence(OddsTest test, std::vector<OddsCount> counts, std::vector<OddsCount> at_peak);

  /// An event whose side was certain (share 0 or 1) says nothing and changes nothing.
  void Observe(bool is_canary, double share);
  double EValue() const;
  double Peak() const { return peak_; }
  const std::vector<OddsCount>& counts() const { return counts_; }
  const std::vector<OddsCount>& at_peak() const { return at_peak_; }

 private:
  OddsTest test_;
  std::vector<OddsCount> counts_, at_peak_;
  std::vector<std::vector<double>> logs_of_d_;  ///< ln d over the grid, for each of counts_.
  double peak_;
};

/// [{"share", "canary", "others"}, …].
Json ToJson(std::span<const OddsCount> counts);
/// InvalidArgument for anything that ToJson did not write.
Result<std::vector<OddsCount>> OddsCountsIn(const Json& list);

}  // namespace cairn::evaluation
