#pragma once

#include <utility>
#include <vector>

#include "loop/monitoring/plan.h"
#include "loop/monitoring/store/row_table.h"
#include "loop/serving/prediction_log.h"

namespace cairn::monitoring {

/// Turns answered requests into the rows that the monitors need.
class Intake {
 public:
  /// `watermark` is the newest event time seen so far; 0 before the first.
  Intake(const Plan& plan, TimeMs watermark) : plan_(plan), watermark_(watermark) {}

  /// Takes the rows of a request to the model that is watched; others, what a version said that the caller
  /// named, or a shadow, and scores that are no finite numbers, are passed over.
  void Take(const serving::Prediction& prediction);
  /// The rows taken since the last call.
  std::vector<AnsweredRow> Hand() { return std::exchange(rows_, {}); }

  std::size_t waiting() const { return rows_.size(); }
  TimeMs watermark() const { return watermark_; }
  /// The windows that rows were taken for, of every monitor.
  std::vector<Window> Touched() const;

 private:
  TimeMs EventTime(const serving::Prediction& prediction, std::size_t row,
                   const serving::Values* times) const;

  const Plan& plan_;
  TimeMs watermark_;
  std::vector<AnsweredRow> rows_;
  std::vector<std::vector<TimeMs>> starts_{plan_.monitors.size()};  ///< Of windows, by monitor, sorted.
};

}  // namespace cairn::monitoring
