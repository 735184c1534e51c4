#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/data/catalogue.h"
#include "loop/serving/prediction_log.h"

/// What has changed: windows of live traffic compared with what the model was trained on, quality once labels are known, and the alerts that follow.
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
  std::optional<double> above, below;  ///< The bound whose crossing is an alert.
};
/// InvalidArgument with the place: unknown key or statistic, no bound, a KPI or column that the charter or the contract does not know.
Result<std::vector<Monitor>> ParseMonitors(const Node& configuration);

struct Label {
  std::string prediction;  ///< "<request id>.<row>", or a request's id for a single row.
  double value = 0;        ///< 1 or 0 for a classification.
};

/// What one monitor found in one window.
struct Window {
  std::string monitor;
  std::string column;  ///< "" for quality.
  TimeMs from = 0, to = 0;
  std::int64_t rows = 0;
  std::string state;   ///< "open", "pending" (labels are not due yet), "closed", "too_few"
  double value = 0;
  bool breached = false;
};

struct Alert {
  std::string id;
  std::string monitor, kpi, column;
  double value = 0, bound = 0;
  TimeMs from = 0, to = 0;       ///< The window.
  TimeMs raised_ms = 0;
  TimeMs acknowledged_ms = 0;    ///< 0 until somebody did.
  TimeMs closed_ms = 0;          ///< 0 while the incident goes on.
  std::string acknowledged_by;
};

/// Safe from any thread.
class Monitoring {
 public:
  Monitoring(sql::Database& database, const os::Clock& clock, serving::PredictionLog& predictions, data::Catalogue& catalogue);

  /// Takes monitors, data set and target from an accepted configuration; the reference is the training part of the version that `reference_version` of the data set names (0: the newest).
  Result<> Configure(const Node& configuration, std::int64_t reference_version = 0);

  /// Joins labels to predictions. Unknown ids are counted, not refused; a second label for a row replaces the first. Durable when it returns.
  struct Joined {
    std::int64_t accepted = 0, unknown = 0;
  };
  Result<Joined> PostLabels(const std::vector<Label>& labels);

  /// Reads what is new in the log, closes windows whose time is over (the event's time where rows carry it), computes their values and raises or closes alerts: one alert per monitor
  /// and incident. `on_alert` is called for each alert raised, after it is recorded.
  Result<> Advance(const std::function<void(const Alert&)>& on_alert);

  Result<std::vector<Window>> Windows(std::string_view monitor = "") const;
  Result<std::vector<Alert>> Alerts(bool open_only) const;
  Result<Alert> Acknowledge(std::string_view id, std::string_view actor);
  std::vector<Monitor> monitors() const;
  /// The newest closed value of a KPI source "quality.<metric>"; none before the first window is closed.
  Result<std::optional<double>> Quality(std::string_view metric) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cairn::monitoring
