#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/metadata/derived.h"
#include "loop/data/catalogue.h"
#include "loop/registry/registry.h"
#include "loop/serving/prediction_log.h"

/// What has changed: windows of live traffic compared with what the model was trained on, quality once labels
/// are known, and the alerts that follow.
namespace cairn::monitoring {

/// One entry of cairn.yaml's `monitors`.
struct Monitor {
  std::string name;
  std::string protects;              ///< The KPI whose breach it foretells.
  std::string quality;               ///< Metric over labelled rows ("log_loss"), or ""
  std::string drift;                 ///< psi, ks, chi_square, jensen_shannon, wasserstein, or ""
  std::vector<std::string> columns;  ///< Of a drift monitor; "prediction" is the score.
  std::int64_t window_ms = 0;
  std::int64_t min_rows = 1;
  std::optional<double> above, below;  ///< The bound whose crossing is an alert; exactly one is set.

  double bound() const { return above ? *above : below.value_or(0); }
  bool Breached(double value) const { return above ? value > *above : below && value < *below; }
};
/// InvalidArgument with the place: unknown key or statistic, no bound, a KPI or column that the charter or
/// the contract does not know.
///
/// The drift statistics, each over the finite or non-missing values of the window:
///   psi, jensen_shannon  comparison::PsiEvidently, comparison::JsDistanceE over the counts in the profile's
///   bins (Sturges; values outside count in the end bins), or per
///                        category, with one more bin for all that the profile does not name
///   chi_square           the statistic with `above`, the p-value with `below`, over the same counts
///   ks, wasserstein      Kolmogorov and Smirnov's D and comparison::WassersteinNormed against the 501
///   quantiles that the profile keeps; numbers only
/// "prediction" is compared with the scores of the first window that has enough rows of the same version.
Result<std::vector<Monitor>> ParseMonitors(const Node& configuration);

struct Label {
  std::string prediction;  ///< "<request id>.<row>", or a request's id for a single row.
  double value = 0;        ///< 1 or 0 for a classification.
};

/// What one monitor found in one window: from `from` until before `to`, both multiples of the window's length
/// since 1970.
struct Window {
  std::string monitor;
  std::string column;  ///< "" for quality.
  TimeMs from = 0, to = 0;
  std::int64_t rows = 0;  ///< Of quality: labelled ones.
  /// "open"; "pending": labels are not due or not there yet, or there is no profile to compare with
  /// (Monitoring::Problems says what to do); final: "closed",
  /// "too_few" rows, "undefined" (the figure does not exist on these rows), "baseline" (later scores of this
  /// version are compared with these).
  std::string state;
  double value = 0;  ///< Only when closed.
  bool breached = false;
};

struct Alert {
  std::string id;
  std::string monitor, kpi, column;
  double value = 0, bound = 0;
  TimeMs from = 0, to = 0;  ///< The window.
  TimeMs raised_ms = 0;
  TimeMs acknowledged_ms = 0;  ///< 0 until somebody did.
  TimeMs closed_ms = 0;        ///< 0 while the incident goes on.
  std::string acknowledged_by;
};

/// Watches the model that the accepted configuration binds. Safe from any thread.
///
/// Time is that of the events: the column that `data.<set>.time` names in the rows (a date or ISO 8601 text,
/// or whole milliseconds), else the time of the answer. A row without a readable one counts at the newest
/// time seen, and none later than a day after its answer is believed. A drift window closes when the newest
/// time seen passes its end. A quality window closes once the charter's `prediction.wait` has passed on top
/// of it and labels are there for min_rows and for 80 % of its rows; four window lengths later min_rows are
/// enough. Until then it is pending, not fine. What comes for a closed window later changes nothing in it.
///
/// The inputs of a window are compared with the profile of the data that the version was trained on which
/// answered most of its rows (training_data.h): after a promotion the reference follows.
///
/// Events, subject "alert:<id>" and cause the alert's id: monitoring.alert_raised {alert, monitor, kpi, kind:
/// quality|drift, statistic, column, value, threshold, window: {from, to}, model, version},
/// monitoring.alert_closed {alert, monitor, value}, monitoring.alert_acknowledged {alert, monitor}. Subject
/// "monitor:<name>": monitoring.window_closed {monitor, kind, statistic, kpi, window: {from, to}, rows,
/// version, values: [{column, value, breached}]}. `version` is the one that answered most of the window's
/// rows.
class Monitoring {
 public:
  /// All must outlive it.
  Monitoring(sql::Database& database, const os::Clock& clock, serving::PredictionLog& predictions,
             data::Catalogue& catalogue, const registry::Registry& registry);

  /// Takes monitors, data set and target from an accepted configuration.
  Result<> Configure(const Node& configuration);

  /// Joins labels to predictions. Unknown ids are counted, not refused; a second label for a row replaces the
  /// first. Durable when it returns. InvalidArgument for a label that is not 0 or 1 where a classification is
  /// watched; then none was taken.
  struct Joined {
    std::int64_t accepted = 0, unknown = 0;
  };
  Result<Joined> PostLabels(const std::vector<Label>& labels);
  /// Of rows, "<request id>.<row>", those that have a label.
  Result<std::vector<std::string>> LabelledAmong(const std::vector<std::string>& rows) const;
  /// Who else hears of labels once they are kept; said before the first is posted.
  void OnLabels(std::function<void(const std::vector<Label>&)> hears);

  /// Reads what is new in the log, closes windows whose time is over, computes their values and raises or
  /// closes alerts: one alert per monitor and incident. An alert closes when a later window of its monitor is
  /// back within the bound. `on_alert` is told of each alert raised, after it is recorded: at least once,
  /// again after an error, and of those that a program which died could not tell. Costs next to nothing when
  /// nothing is new.
  Result<> Advance(const std::function<Result<>(const Alert&)>& on_alert);

  /// By monitor, what keeps its windows pending although their time is over, and what to do about it.
  std::map<std::string, std::string> Problems() const;

  /// By monitor and column, oldest first.
  Result<std::vector<Window>> Windows(std::string_view monitor = "") const;
  /// Newest first.
  Result<std::vector<Alert>> Alerts(bool open_only) const;
  /// NotFound for an unknown alert; a second time changes nothing.
  Result<Alert> Acknowledge(std::string_view id, std::string_view actor);
  std::vector<Monitor> monitors() const;
  /// The newest closed value of a KPI source "quality.<metric>"; none before the first window is closed.
  Result<std::optional<double>> Quality(std::string_view metric) const;

  /// What the events say of alerts, and of windows that closed with a figure. Other windows are no deeds:
  /// what is open or pending follows from the prediction log as it grows.
  metadata::DerivedTable AlertTable() const;
  metadata::DerivedTable WindowTable() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cairn::monitoring
