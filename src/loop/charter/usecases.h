#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::charter {

/// What a prediction in a task would be worth, as somebody estimates it, in the charter's own unit of money.
struct Estimate {
  std::string of;              ///< What would be predicted.
  std::optional<double> gain;  ///< Of one use of a right prediction.
  std::optional<double> times_a_year;
  std::optional<double> chance;  ///< That it works out, 0 … 1.
  std::optional<double> build;   ///< Once.
  std::optional<double> run_a_year;
  double years = 1;  ///< Over which it is counted.

  /// What is not said; empty when a return can be computed.
  std::vector<std::string> Missing() const;
  /// chance · gain · times_a_year · years − run_a_year · years − build; none while something is missing.
  std::optional<double> Return() const;
};

/// A task of the process that the project is about:
///   charter:
///     tasks:
///       - {name: plan the rotation}
///       - name: tell passengers
///         needs: [plan the rotation]
///         prediction: {of: late, gain: 2.5, times_a_year: 300000, chance: 60%, build: 40000, run_a_year:
///         5000}
/// One with a `prediction` is a use case.
struct Task {
  std::string name;
  std::vector<std::string> needs;  ///< Tasks that come before it.
  std::optional<Estimate> estimate;
};

/// In an order in which each comes after what it needs, else as written. InvalidArgument with place: two of
/// one name, a need that is no task (with the nearest), a cycle (naming it), a number that cannot be meant.
Result<std::vector<Task>> ReadTasks(const Node& configuration);

/// The use cases by estimated return, the highest first; those of which no return can be computed come last,
/// and equal ones by name.
std::vector<Task> Ranked(const std::vector<Task>& tasks);

/// A use case that is worked on.
struct ActiveUseCase {
  std::string name;
  TimeMs since = 0;
  std::string actor;
  std::string reason;  ///< Why it was begun beside others; "" when it was the only one.
};

/// Which use cases are worked on: one at a time, unless somebody says why. Kept as events alone:
/// "charter.usecase_activated" {usecase, rank, return, beside, reason} and "charter.usecase_ended" {usecase,
/// reason}, subject "usecase:<name>". Safe from any thread.
class UseCases {
 public:
  /// Both must outlive it.
  UseCases(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// In the order in which they became active.
  Result<std::vector<ActiveUseCase>> Active() const;
  /// Of the accepted configuration. NotFound when it is no use case there; AlreadyExists while it is active;
  /// Conflict, naming them, while others are, unless `override` says why it is begun all the same. What is
  /// refused leaves an event (governance/refusal.h).
  Result<ActiveUseCase> Activate(const std::string& name, const std::string& override,
                                 std::string_view actor);
  /// NotFound when it is not active; InvalidArgument without a reason.
  Result<> End(const std::string& name, const std::string& reason, std::string_view actor);

 private:
  Result<ActiveUseCase> ActivateOnce(const std::string& name, const std::string& override,
                                     std::string_view actor);

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::charter
