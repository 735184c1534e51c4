#include "loop/profile/report/time_figures.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace cairn::profile {
namespace {

constexpr TimeMs kDay = 86'400'000;
constexpr double kRegular = 0.8;
constexpr std::size_t kShownGaps = 20;
constexpr std::size_t kEnoughPoints = 10;

struct Gap {
  TimeMs from = 0, to = 0;
  std::int64_t missing = 0;
};

struct Rhythm {
  TimeMs step = 0;
  double regular = 0;
  std::vector<Gap> gaps;
};

/// Of ascending points, each `unit` milliseconds.
Rhythm RhythmOf(const std::vector<std::int64_t>& all, TimeMs unit, TimeMs now) {
  Rhythm rhythm;
  // Beyond this lie the engine's infinities.
  constexpr TimeMs kMost = TimeMs{1} << 53;
  const auto first = std::lower_bound(all.begin(), all.end(), -kMost / unit);
  const std::vector<std::int64_t> points(first,
                                         std::upper_bound(first, all.end(), std::min(kMost, now) / unit));
  if (points.size() < kEnoughPoints) return rhythm;
  std::unordered_map<TimeMs, std::int64_t> steps;
  for (std::size_t i = 1; i < points.size(); ++i) ++steps[points[i] - points[i - 1]];
  const auto usual = *std::max_element(steps.begin(), steps.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first > b.first;
  });
  rhythm.step = usual.first * unit;
  rhythm.regular = static_cast<double>(usual.second) / static_cast<double>(points.size() - 1);
  if (rhythm.regular < kRegular) return rhythm;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const TimeMs step = points[i] - points[i - 1];
    if (2 * step <= 3 * usual.first) continue;
    const auto missing = std::llround(static_cast<double>(step) / static_cast<double>(usual.first)) - 1;
    rhythm.gaps.push_back({points[i - 1] * unit, points[i] * unit, missing});
  }
  return rhythm;
}

const char* NameOfStep(TimeMs step) {
  switch (step) {
    case 1000:
      return "second";
    case 60'000:
      return "minute";
    case 3'600'000:
      return "hour";
    case kDay:
      return "day";
    case 7 * kDay:
      return "week";
    default:
      return "";
  }
}

Json GapsOf(std::vector<Gap> gaps) {
  std::stable_sort(gaps.begin(), gaps.end(),
                   [](const Gap& a, const Gap& b) { return a.to - a.from > b.to - b.from; });
  if (gaps.size() > kShownGaps) gaps.resize(kShownGaps);
  Json list = Json::Array();
  for (const Gap& gap : gaps) list.Push(Json{{"from", gap.from}, {"to", gap.to}, {"missing", gap.missing}});
  return list;
}

}  // namespace

Json TimeFiguresOf(Column& column) {
  const Counted* exact = column.numbers()->Exact();
  const auto& days = column.days().Counts().keys;
  Rhythm rhythm;
  // Points in the future are mistakes of their own, and none that leave a gap behind them.
  if (exact) rhythm = RhythmOf(exact->keys, 1, column.now());
  if (rhythm.regular < kRegular) rhythm = RhythmOf(days, kDay, column.now());
  const bool regular = rhythm.regular >= kRegular;
  std::int64_t missing = 0;
  for (const Gap& gap : rhythm.gaps) missing += gap.missing;
  const std::string name = regular ? NameOfStep(rhythm.step) : "";
  const double span =
      days.empty() ? 0 : static_cast<double>(days.back()) - static_cast<double>(days.front()) + 1;
  return Json{
      {"step", name.empty() ? Json() : Json(name)},
      {"step_ms", regular ? Json(rhythm.step) : Json()},
      {"regular", rhythm.regular},
      {"gap_count", rhythm.gaps.size()},
      {"missing_points", missing},
      {"gaps", GapsOf(rhythm.gaps)},
      {"days", days.size()},
      {"days_missing",
       span > 1e9 ? Json() : Json(static_cast<std::int64_t>(span) - static_cast<std::int64_t>(days.size()))},
      {"future", column.future()},
      {"exact", exact != nullptr}};
}

}  // namespace cairn::profile
