#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/evaluation/odds_evidence.h"
#include "loop/evaluation/paired_bet.h"
#include "loop/serving/output_counts.h"

namespace cairn::serving {

/// How a version is tried on live traffic: the section `serving.canary` of cairn.yaml.
struct CanaryPlan {
  /// Requests that are put to it as a shadow first, after production has answered them; 0: none.
  std::int64_t shadow = 0;
  std::vector<double> steps = {0.1};  ///< Shares of the requests, one after the other.
  std::int64_t min_requests = 300;    ///< Of the canary's own, in each step.
  std::int64_t hold_ms = 0;           ///< That each step lasts at least.
  /// The chance that a canary which is no worse is rolled back, over its whole time: half of it for wrong
  /// answers, half for slow ones.
  double alpha = 0.01;
  /// The same by labels, beside it: the chance that a canary whose answers lose no more is rolled back. With
  /// a shadow before it, half of it for what it says as a shadow.
  double loss_alpha = 0.01;
  /// An answer that takes longer is a slow one. 0: 1.2 times the 99th percentile of production when the
  /// canary begins, if that has answered 200 requests by then.
  double slow_above_ms = 0;
  /// A canary that fails this share of at least so many requests ends at once, whatever the evidence.
  double breaker_rate = 0.5;
  std::int64_t breaker_requests = 20;
  /// Pauses the canary when its scores are so far from production's (OutputCounts::Psi); none: never. No
  /// test, and nothing is promised of it: a better model answers otherwise, too.
  std::optional<double> output_psi;
};
/// InvalidArgument with the place for an unknown key or a wrong value.
Result<CanaryPlan> ParseCanary(const Node& canary);

/// What requests have shown of a canary and of production beside it: counts, and the state of a bet, from
/// which every verdict follows and can be found again (evaluation/odds_evidence.h, evaluation/paired_bet.h).
struct CanaryRecord {
  /// By what it is known after a restart which labels are awaited: where its requests begin in the prediction
  /// log ("": nothing is read again), and the seed by which a row of each is chosen.
  std::string log_from;
  std::int64_t seed = 0;
  double alpha = 0.01;
  double slow_above_ms = 0;  ///< 0: nothing is judged by its time.
  double breaker_rate = 0.5;
  std::int64_t breaker_requests = 20;
  std::optional<double> output_psi;
  std::int64_t shadow_requests = 0;  ///< Put to it as a shadow.
  std::int64_t shadow_bad = 0;       ///< That it failed among them; production answered all.
  std::int64_t shadow_left_out = 0;  ///< For which it was too slow.
  std::int64_t canary_requests = 0, production_requests = 0;
  std::int64_t canary_bad = 0, production_bad = 0;    ///< Failed or invalid answers, before any fallback.
  std::int64_t canary_slow = 0, production_slow = 0;  ///< Of the others.
  /// Of the answered requests, those for which a label came, and the sum of their losses: of the squared
  /// difference of score and label (Brier), a row of each.
  double loss_alpha = 0.01;
  std::int64_t canary_labelled = 0, production_labelled = 0;
  double canary_loss = 0, production_loss = 0;
  /// Of the requests that production and the shadow answered, those for which a label came, as the rows of a
  /// bet that the shadow loses more on them; and the sums of their losses. An alpha of 0: no shadow is judged
  /// by labels.
  double shadow_loss_alpha = 0;
  evaluation::PairedBet shadow_bet{0};
  double shadow_loss = 0, shadow_production_loss = 0;
  OutputCounts outputs;
  /// As the evidence was greatest: of bad answers, of slow ones, of all requests, and of losses, of which
  /// each is an event with the chance that it is high (traffic/awaited_labels.h).
  std::vector<evaluation::OddsCount> bad, slow, split, losses;
  /// And as it is now, to go on from.
  std::vector<evaluation::OddsCount> bad_now, slow_now, split_now, losses_now;

  friend bool operator==(const CanaryRecord&, const CanaryRecord&) = default;
};
/// The record, and beside it the e-values that follow from it.
Json ToJson(const CanaryRecord& record);
/// InvalidArgument when it is no such record.
Result<CanaryRecord> CanaryRecordIn(const Json& json);

/// The level of the check of the split.
inline constexpr double kSplitAlpha = 0.001;

/// Evidence that it fails more often than production, that it is slow more often, that the split is not as
/// said, and that its answers are worse by their labels, as a canary and as a shadow; each the greatest so
/// far.
struct CanaryEvidence {
  double bad = 1, slow = 1, split = 1, losses = 1, shadow_losses = 1;
};
CanaryEvidence EvidenceOf(const CanaryRecord& record);
/// What ends a canary at once, by what its record shows.
enum class CanaryFault { None, Bad, Slow, Loss, ShadowLoss, Breaker };
CanaryFault FaultOf(const CanaryRecord& record);

}  // namespace cairn::serving
