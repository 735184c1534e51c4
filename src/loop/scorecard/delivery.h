#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/settings.h"

namespace cairn::scorecard {

/// How a version did on live traffic beside the one that it replaced.
struct Comparison {
  std::string metric;                  ///< "" when there was nothing to compare.
  std::int64_t before = 0, after = 0;  ///< Windows of quality of each.
  double before_mean = 0, after_mean = 0;
  double p_worse = 1;  ///< Mann and Whitney's, one-sided: the new one's windows are worse.
  bool worse = false;  ///< p_worse <= 0.05.
};

/// A version that went live ("rollout.promoted").
struct Promotion {
  std::string model, version, previous, decision, cause;
  std::string on;  ///< What set it off: "alert", "schedule", "data", "code", "ci" or "demand".
  TimeMs at = 0;
  /// The first tracked run of the same experiment since the promotion before, of a change that people began.
  std::optional<TimeMs> explored;
  /// Where training began: the pipeline run that made the version, else its registration; none when neither
  /// is on record.
  std::optional<TimeMs> began;
  std::optional<TimeMs> registered;
  Comparison comparison;
  bool failed = false;
  std::string why;                  ///< It failed.
  std::vector<std::string> events;  ///< Ids: what it began with, registration, promotion, failure.

  /// From the change's beginning until it went live; none when the beginning is not known.
  std::optional<std::int64_t> LeadMs() const;
  /// Its three parts, which sum up to it: trying things out, making the version, and what came after
  /// (gates, approval, canary).
  std::optional<std::int64_t> ExplorationMs() const;
  std::optional<std::int64_t> TrainingMs() const;
  std::optional<std::int64_t> WaitingMs() const;
};

/// A time in which quality was not as promised: from an alert about quality until it closes, which it does
/// when a later window of its monitor is back within the bound. A new version in production, or the old one
/// back, is only the step before.
struct Incident {
  std::string alert, monitor;
  TimeMs from = 0;
  std::optional<TimeMs> answered;    ///< The first pipeline run that followed, or the return.
  std::optional<TimeMs> registered;  ///< The version that came of it.
  std::optional<TimeMs> acted;       ///< A promotion that the alert led to, or a return.
  std::string acted_by;              ///< "promoted", "rolled_back" or "".
  std::optional<TimeMs> to;          ///< Quality was back. None while it is not.
  std::vector<std::string> events;   ///< Ids, in order.
};

/// What was delivered from `from` until before `until`.
struct Delivery {
  TimeMs from = 0, until = 0;
  std::vector<Promotion> promotions;
  std::vector<Incident> incidents;
  std::vector<std::string> emergencies;  ///< Events: releases without the due approvals.

  /// A version fails when, before the next promotion of its model, it is rolled back; or an alert about its
  /// quality is raised before any window of its quality had been within its bound; or its windows of quality
  /// are significantly worse than those of the version that it replaced (Comparison: at most the newest
  /// twelve before, the first twelve after, at least three each). One that was good first and decayed later
  /// is an incident, not a failed change.
  ///
  /// `from` 0 means the first event. Alerts whose event does not say what kind they are count as ones about
  /// quality.
  static Delivery Of(const History& history, TimeMs from, TimeMs until);

  double PerDay() const;                             ///< Over at least one day.
  std::optional<std::int64_t> MedianLeadMs() const;  ///< Of promotions whose beginning is known; of an even
                                                     ///< number the mean of the middle two.
  std::optional<std::int64_t> MedianRestoreMs() const;  ///< Of incidents that ended.
  std::optional<double> FailureRate() const;            ///< None without a promotion.
  /// The same in `count` equal spans, oldest first: the trend.
  std::vector<Delivery> Spans(std::size_t count) const;

  /// The shape of GET /api/v1/delivery.
  Json ToJson(const Bands& bands = {}) const;
};

}  // namespace cairn::scorecard
