#include "loop/evaluation/odds_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::evaluation {
namespace {

constexpr int kGridPoints = 48;

std::vector<double> LogGrid(double from, double to) {
  std::vector<double> grid(kGridPoints);
  const double step = std::log(to / from) / (kGridPoints - 1);
  for (int i = 0; i < kGridPoints; ++i) grid[static_cast<std::size_t>(i)] = from * std::exp(step * i);
  return grid;
}

/// Odds ratios, and their logarithms.
struct Grid {
  explicit Grid(std::vector<double> given) : ratios(std::move(given)) {
    for (const double ratio : ratios) logs.push_back(std::log(ratio));
  }
  std::vector<double> ratios, logs;
};

/// A broken split may be off by little, and there is much traffic to see it by: its grid starts closer to 1.
const Grid& GridOf(OddsTest test) {
  static const Grid worse(LogGrid(1.05, 20.0));
  static const Grid both([] {
    auto ratios = LogGrid(1.01, 20.0);
    for (std::size_t i = 0; i < kGridPoints; ++i) ratios.push_back(1 / ratios[i]);
    return ratios;
  }());
  return test == OddsTest::Worse ? worse : both;
}

/// ln d for each ratio of the grid.
std::vector<double> LogsOfD(const Grid& grid, double share) {
  std::vector<double> logs;
  for (const double ratio : grid.ratios) logs.push_back(std::log1p(share * (ratio - 1)));
  return logs;
}

double MeanOf(const Grid& grid, std::span<const OddsCount> counts,
              const std::vector<std::vector<double>>& logs_of_d) {
  std::vector<double> logs(grid.ratios.size(), 0.0);
  for (std::size_t one = 0; one < counts.size(); ++one) {
    const auto canary = static_cast<double>(counts[one].canary);
    const auto all = canary + static_cast<double>(counts[one].others);
    for (std::size_t i = 0; i < logs.size(); ++i) logs[i] += canary * grid.logs[i] - all * logs_of_d[one][i];
  }
  const double greatest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double log_product : logs) sum += std::exp(log_product - greatest);
  const double mean = std::exp(greatest + std::log(sum / static_cast<double>(logs.size())));
  // A number that JSON can hold, even when the evidence overflows it.
  return std::min(mean, std::numeric_limits<double>::max());
}

}  // namespace

double OddsEValue(OddsTest test, std::span<const OddsCount> counts) {
  std::vector<std::vector<double>> logs_of_d;
  for (const OddsCount& one : counts) logs_of_d.push_back(LogsOfD(GridOf(test), one.share));
  return MeanOf(GridOf(test), counts, logs_of_d);
}

OddsEvidence::OddsEvidence(OddsTest test, std::vector<OddsCount> counts, std::vector<OddsCount> at_peak)
    : test_(test),
      counts_(std::move(counts)),
      at_peak_(std::move(at_peak)),
      peak_(OddsEValue(test, at_peak_)) {
  for (const OddsCount& one : counts_) logs_of_d_.push_back(LogsOfD(GridOf(test_), one.share));
}

double OddsEvidence::EValue() const { return MeanOf(GridOf(test_), counts_, logs_of_d_); }

void OddsEvidence::Observe(bool is_canary, double share) {
  if (!(share > 0 && share < 1)) return;
  auto place = std::find_if(counts_.begin(), counts_.end(),
                            [share](const OddsCount& one) { return one.share == share; });
  if (place == counts_.end()) {
    place = counts_.insert(place, OddsCount{share, 0, 0});
    logs_of_d_.push_back(LogsOfD(GridOf(test_), share));
  }
  ++(is_canary ? place->canary : place->others);
  const double now = EValue();
  if (now <= peak_) return;
  peak_ = now;
  at_peak_ = counts_;
}

Json ToJson(std::span<const OddsCount> counts) {
  Json list = Json::Array();
  for (const OddsCount& one : counts)
    list.Push(Json{{"share", one.share}, {"canary", one.canary}, {"others", one.others}});
  return list;
}

Result<std::vector<OddsCount>> OddsCountsIn(const Json& list) {
  std::vector<OddsCount> counts;
  if (!list.IsArray()) return Error{Reason::InvalidArgument, "the counts of a test must be a list"};
  for (const Json& item : list.items()) {
    const OddsCount one{item.Double("share"), CAIRN_TRY(RequiredInt(item, "canary")),
                        CAIRN_TRY(RequiredInt(item, "others"))};
    if (!(one.share > 0 && one.share < 1) || one.canary < 0 || one.others < 0)
      return Error{Reason::InvalidArgument,
                   "the counts of a test need a share between 0 and 1, and no negative numbers"};
    counts.push_back(one);
  }
  return counts;
}

}  // namespace cairn::evaluation
