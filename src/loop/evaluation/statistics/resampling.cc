#include "loop/evaluation/statistics/resampling.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kRowsWorthAThread = 500, kMostLeftOutSingly = 1000, kGroups = 200;
constexpr std::uint64_t kLot = 0x6A61636B;

Result<> Check(const ResamplingSettings& settings) {
  if (settings.replicates < 2 || settings.replicates > 1'000'000) {
    return Error{Reason::InvalidArgument, "a bootstrap of " + std::to_string(settings.replicates) +
                                              " replicates is not possible; choose 2 to 1,000,000"};
  }
  if (settings.confidence > 0 && settings.confidence < 1) return Done{};
  return Error{Reason::InvalidArgument, "the confidence of an interval must lie between 0 and 1"};
}

void Draw(const Drawing& drawing, Random& random, std::span<Weight> weights) {
  std::ranges::fill(weights, Weight{0});
  const auto rows = static_cast<std::uint32_t>(weights.size());
  switch (drawing.way) {
    case Drawing::Way::Rows:
      for (std::uint32_t i = 0; i < rows; ++i) ++weights[random.Below(rows)];
      return;
    case Drawing::Way::Strata:
      for (const auto& places : drawing.strata) {
        const auto size = static_cast<std::uint32_t>(places.size());
        for (std::uint32_t i = 0; i < size; ++i) ++weights[places[random.Below(size)]];
      }
      return;
    case Drawing::Way::Blocks:
      for (std::size_t drawn = 0; drawn < rows;) {
        std::size_t at = random.Below(rows);
        for (std::size_t i = 0; i < drawing.block && drawn < rows; ++i, ++drawn) {
          ++weights[drawing.sequence[at]];
          if (++at == rows) at = 0;
        }
      }
      return;
  }
}

/// work(i) for each i below `count`, shared out over threads; each has a buffer of weights of its own.
template <class Work>
void Share(std::size_t count, std::size_t rows, int wanted, const Work& work) {
  const std::size_t cores = wanted > 0                 ? static_cast<std::size_t>(wanted)
                            : rows < kRowsWorthAThread ? 1
                                                       : std::max(1u, std::thread::hardware_concurrency());
  const std::size_t threads = std::min(cores, count);
  const auto run = [&](std::size_t first) {
    std::vector<Weight> weights(rows);
    for (std::size_t i = first; i < count; i += threads) work(i, weights);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(run, i);
  run(0);
}

/// One row of figures for each replicate.
std::vector<double> Replicates(const Sheet& sheet, const Drawing& drawing,
                               const ResamplingSettings& settings) {
  const std::size_t width = sheet.figures().size();
  std::vector<double> values(static_cast<std::size_t>(settings.replicates) * width);
  Share(static_cast<std::size_t>(settings.replicates), sheet.rows(), settings.threads,
        [&](std::size_t replicate, std::vector<Weight>& weights) {
          Random random(settings.seed, replicate);
          Draw(drawing, random, weights);
          sheet.Measure(weights, std::span(values).subspan(replicate * width, width));
        });
  return values;
}

std::vector<double> Jackknife(const Sheet& sheet, int threads) {
  const std::size_t width = sheet.figures().size(), rows = sheet.rows(),
                    groups = rows <= kMostLeftOutSingly ? rows : kGroups;
  std::vector<double> values(groups * width);
  // Groups by lot: places are sorted by score or error, and every 200th of those is a sample too even to
  // vary.
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0u);
  Random random(kLot);
  if (groups < rows)
    for (std::uint32_t i = static_cast<std::uint32_t>(rows); i > 1; --i)
      std::swap(order[i - 1], order[random.Below(i)]);
  Share(groups, rows, threads, [&](std::size_t group, std::vector<Weight>& weights) {
    std::ranges::fill(weights, Weight{1});
    for (std::size_t i = group; i < rows; i += groups) weights[order[i]] = 0;
    sheet.Measure(weights, std::span(values).subspan(group * width, width));
  });
  return values;
}

std::vector<double> FiniteOf(const std::vector<double>& table, std::size_t column, std::size_t width) {
  std::vector<double> values;
  for (std::size_t i = column; i < table.size(); i += width)
    if (std::isfinite(table[i])) values.push_back(table[i]);
  return values;
}

double DeviationOf(std::span<const double> values) {
  if (values.size() < 2) return std::nan("");
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double QuantileOf(std::span<const double> sorted, double level) {
  const double position = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Range2 PercentileEnds(std::span<const double> sorted, double confidence) {
  const double tail = (1 - confidence) / 2;
  return {QuantileOf(sorted, tail), QuantileOf(sorted, 1 - tail)};
}

Range2 BcaEnds(double value, std::span<const double> sorted, std::span<const double> jackknife,
               double confidence) {
  const auto below = std::ranges::lower_bound(sorted, value) - sorted.begin(),
             up_to = std::ranges::upper_bound(sorted, value) - sorted.begin();
  const double share = static_cast<double>(below + up_to) / 2 / static_cast<double>(sorted.size());
  double mean = 0, squares = 0, cubes = 0;
  for (const double one : jackknife) mean += one / static_cast<double>(jackknife.size());
  for (const double one : jackknife) {
    squares += (mean - one) * (mean - one);
    cubes += (mean - one) * (mean - one) * (mean - one);
  }
  if (!(share > 0 && share < 1) || !(squares > 0)) return PercentileEnds(sorted, confidence);
  const double bias = NormalQuantile(share), acceleration = cubes / (6 * std::pow(squares, 1.5)),
               z = NormalQuantile((1 - confidence) / 2);
  const auto level = [&](double end) {
    return NormalCdf(bias + (bias + end) / (1 - acceleration * (bias + end)));
  };
  return {QuantileOf(sorted, level(z)), QuantileOf(sorted, level(-z))};
}

Result<std::vector<Estimate>> EstimatesOf(const Sheet& sheet, const Drawing& drawing,
                                          const ResamplingSettings& settings) {
  CAIRN_TRY(Check(settings));
  const std::size_t width = sheet.figures().size();
  const auto values = sheet.Values(), replicates = Replicates(sheet, drawing, settings),
             jackknife =
                 settings.ends == Ends::Bca ? Jackknife(sheet, settings.threads) : std::vector<double>();
  std::vector<Estimate> estimates;
  for (std::size_t i = 0; i < width; ++i) {
    auto drawn = FiniteOf(replicates, i, width);
    std::ranges::sort(drawn);
    const auto undefined = settings.replicates - static_cast<int>(drawn.size());
    Estimate estimate{values[i], std::nan(""), std::nan(""), DeviationOf(drawn), undefined};
    if (std::isfinite(values[i]) && 2 * undefined <= settings.replicates) {
      const auto ends = settings.ends == Ends::Bca
                            ? BcaEnds(values[i], drawn, FiniteOf(jackknife, i, width), settings.confidence)
                            : PercentileEnds(drawn, settings.confidence);
      estimate.low = ends.low;
      estimate.high = ends.high;
    }
    estimates.push_back(estimate);
  }
  return estimates;
}

}  // namespace cairn::evaluation
