#include "loop/evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kRowsWorthAThread = 2000;

Result<Done> Check(const BootstrapSettings& settings) {
  if (settings.replicates < 2 || settings.replicates > 1000000) {
    return Error{Reason::InvalidArgument, "a bootstrap of " + std::to_string(settings.replicates) +
                                              " replicates is not possible; choose 2 to 1,000,000"};
  }
  if (!(settings.confidence > 0 && settings.confidence < 1)) {
    return Error{Reason::InvalidArgument, "the confidence of an interval must lie between 0 and 1"};
  }
  return Done{};
}

/// statistic(weights) of each replicate. Replicate r draws from its own stream, whichever thread it falls to.
template <class Statistic>
std::vector<double> Replicates(std::size_t rows, const BootstrapSettings& settings,
                               const Statistic& statistic) {
  std::vector<double> values(static_cast<std::size_t>(settings.replicates));
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = settings.threads > 0 ? static_cast<std::size_t>(settings.threads) : cores;
  const std::size_t threads = rows < kRowsWorthAThread && settings.threads <= 0 ? 1 : wanted;
  const auto work = [&](std::size_t first) {
    std::vector<std::uint32_t> weights(rows);
    for (std::size_t replicate = first; replicate < values.size(); replicate += threads) {
      std::fill(weights.begin(), weights.end(), 0u);
      Random random(settings.seed, replicate);
      for (std::size_t i = 0; i < rows; ++i) ++weights[random.Below(static_cast<std::uint32_t>(rows))];
      values[replicate] = statistic(weights);
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work, i);
  work(0);
  others.clear();
  return values;
}

double Percentile(const std::vector<double>& sorted, double level) {
  const double position = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Result<Interval> Summarize(double value, std::vector<double> replicates, double confidence) {
  const std::size_t drawn = replicates.size();
  std::erase_if(replicates, [](double replicate) { return std::isnan(replicate); });
  if (2 * replicates.size() < drawn) {
    return Error{
        Reason::Unprocessable,
        "the metric is not defined on most resamples of these rows; give more rows of the rarer class"};
  }
  std::sort(replicates.begin(), replicates.end());
  const double tail = (1 - confidence) / 2;
  return Interval{value, Percentile(replicates, tail), Percentile(replicates, 1 - tail), confidence,
                  static_cast<int>(drawn - replicates.size())};
}

}  // namespace

Result<Interval> IntervalOf(const Measure& measure, const BootstrapSettings& settings) {
  CAIRN_TRY(Check(settings));
  const auto statistic = [&](const std::vector<std::uint32_t>& weights) { return measure.Value(weights); };
  return Summarize(measure.Value(), Replicates(measure.rows(), settings, statistic), settings.confidence);
}

Result<Interval> DifferenceInterval(const Measure& a, const Measure& b, const BootstrapSettings& settings) {
  CAIRN_TRY(Check(settings));
  if (a.rows() != b.rows()) {
    return Error{Reason::InvalidArgument, "two models scored " + std::to_string(a.rows()) + " and " +
                                              std::to_string(b.rows()) +
                                              " rows; score the same rows with both"};
  }
  const auto statistic = [&](const std::vector<std::uint32_t>& weights) {
    return a.Value(weights) - b.Value(weights);
  };
  return Summarize(a.Value() - b.Value(), Replicates(a.rows(), settings, statistic), settings.confidence);
}

Interval Turned(const Interval& difference, bool higher_is_better) {
  if (higher_is_better) return difference;
  Interval turned = difference;
  turned.value = -difference.value;
  turned.low = -difference.high;
  turned.high = -difference.low;
  return turned;
}

}  // namespace cairn::evaluation
