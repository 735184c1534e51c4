#include "loop/monitoring/intake.h"

#include <algorithm>
#include <cmath>

namespace cairn::monitoring {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

TimeMs StartOf(TimeMs at, std::int64_t length) {
  const std::int64_t rest = at % length;
  return at - (rest < 0 ? rest + length : rest);
}

const serving::Values* Column(const serving::Prediction& prediction, std::string_view name) {
  for (const auto& [column, values] : prediction.inputs) {
    if (column == name) return &values;
  }
  return nullptr;
}

void Insert(std::vector<TimeMs>& sorted, TimeMs start) {
  const auto place = std::lower_bound(sorted.begin(), sorted.end(), start);
  if (place == sorted.end() || *place != start) sorted.insert(place, start);
}

}  // namespace

TimeMs Intake::EventTime(const serving::Prediction& prediction, std::size_t row,
                         const serving::Values* times) const {
  if (plan_.time_column.empty()) return prediction.at;
  const TimeMs otherwise = watermark_ == 0 ? prediction.at : watermark_;
  if (times == nullptr || row >= times->size()) return otherwise;
  const Json value = (*times)[row];
  TimeMs at = otherwise;
  if (value.IsInt()) {
    at = value.AsInt();
  } else if (value.IsString()) {
    const auto parsed = ParseTime(value.AsString());
    if (parsed) at = *parsed;
  }
  // One row from a clock that runs ahead must not close every window.
  return at > prediction.at + kDayMs ? otherwise : at;
}

void Intake::Take(const serving::Prediction& prediction) {
  const bool for_users = prediction.arm != serving::Arm::Named && prediction.arm != serving::Arm::Shadow;
  if (prediction.model != plan_.model || !for_users) return;
  const auto* times = Column(prediction, plan_.time_column);
  std::vector<const serving::Values*> watched;
  for (const std::string& column : plan_.columns) watched.push_back(Column(prediction, column));
  for (std::size_t row = 0; row < prediction.scores.size(); ++row) {
    if (!std::isfinite(prediction.scores[row])) continue;
    Json inputs = Json::Object();
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i] != nullptr && row < watched[i]->size()) inputs.Set(plan_.columns[i], (*watched[i])[row]);
    }
    const TimeMs at = EventTime(prediction, row, times);
    watermark_ = std::max(watermark_, at);
    for (std::size_t i = 0; i < starts_.size(); ++i)
      Insert(starts_[i], StartOf(at, plan_.monitors[i].window_ms));
    rows_.push_back({prediction.id + "." + std::to_string(row), at, prediction.version,
                     prediction.scores[row], inputs.Dump()});
  }
}

std::vector<Window> Intake::Touched() const {
  std::vector<Window> windows;
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const Monitor& monitor = plan_.monitors[i];
    for (const TimeMs start : starts_[i]) {
      Window window;
      window.monitor = monitor.name;
      window.from = start;
      window.to = start + monitor.window_ms;
      window.state = "open";
      if (monitor.columns.empty()) windows.push_back(window);
      for (const std::string& column : monitor.columns) {
        window.column = column;
        windows.push_back(window);
      }
    }
  }
  return windows;
}

}  // namespace cairn::monitoring
