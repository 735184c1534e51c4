#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// Where elite, high and medium end; beyond is low. The defaults follow the reports of the DORA research
/// programme.
struct Bands {
  std::array<double, 3> per_day{1, 1.0 / 7, 1.0 / 30};  ///< Promotions, at least.
  std::array<std::int64_t, 3> lead_ms{86'400'000, 7 * 86'400'000LL, 30 * 86'400'000LL};  ///< Below.
  std::array<std::int64_t, 3> restore_ms{3'600'000, 86'400'000, 7 * 86'400'000LL};       ///< Below.
  std::array<double, 3> failure{0.05, 0.10, 0.15};                                       ///< At most.
};

/// A version that went live ("rollout.promoted").
struct Promotion {
  std::string model, version, decision, cause;
  std::string on;  ///< What set it off: "alert", "schedule", "data", "ci" or "demand".
  TimeMs at = 0;
  /// Where the change began: the pipeline run that made the version, else its registration; none when neither
  /// is on record.
  std::optional<TimeMs> began;
  std::optional<TimeMs> registered;
  bool failed = false;
  std::string why;                  ///< It failed.
  std::vector<std::string> events;  ///< Ids: what it began with, registration, promotion, failure.
};

/// A time in which quality was not as promised: from an alert about quality until it closed, until a
/// promotion with the alert as its cause, or until the version that it is about was taken back, whichever
/// came first.
struct Incident {
  std::string alert, monitor;
  TimeMs from = 0;
  std::optional<TimeMs> to;  ///< None while it lasts.
  std::string ended_by;      ///< "closed", "promoted" or "rolled_back"
};

/// What was delivered from `from` until before `until`.
struct Delivery {
  TimeMs from = 0, until = 0;
  std::vector<Promotion> promotions;
  std::vector<Incident> incidents;

  /// A version fails when it is rolled back before the next promotion of its model, or when an alert about
  /// its quality is raised in that time before any window of its quality had been within its bound. One that
  /// was good first and decayed later is an incident, not a failed change.
  ///
  /// `from` 0 means the first event. Alerts whose event does not say what kind they are count as ones about
  /// quality.
  static Delivery Of(const History& history, TimeMs from, TimeMs until);

  double PerDay() const;  ///< Over at least one day.
  std::optional<std::int64_t> MedianLeadMs()
      const;  ///< Of promotions whose beginning is known; of an even number the mean of the middle two.
  std::optional<std::int64_t> MedianRestoreMs() const;  ///< Of incidents that ended.
  std::optional<double> FailureRate() const;            ///< None without a promotion.

  /// The shape of GET /api/v1/delivery.
  Json ToJson(const Bands& bands = {}) const;
};

}  // namespace cairn::scorecard
