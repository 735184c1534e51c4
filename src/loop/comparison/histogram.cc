#include "loop/comparison/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loop/comparison/exact/radix_sort.h"
#include "loop/comparison/exact/sum.h"

namespace cairn::comparison {
namespace {

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  std::int64_t rows = 0;
};

Extent ExtentOf(std::span<const double> values) {
  Extent extent;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    extent.low = std::min(extent.low, value);
    extent.high = std::max(extent.high, value);
    ++extent.rows;
  }
  return extent;
}

std::size_t BinOf(std::span<const double> edges, double per_unit, double value) {
  const std::size_t last = edges.size() - 2;
  const double guess = (value - edges.front()) * per_unit;
  // Of edges whose distance is no number the guess is none either.
  const auto bin =
      guess >= static_cast<double>(last) ? last : static_cast<std::size_t>(guess > 0 ? guess : 0.0);
  // Rounding can put the guess one bin off; uneven edges more.
  if (edges[bin] <= value && (value < edges[bin + 1] || bin == last)) return bin;
  const auto above = std::upper_bound(edges.begin(), edges.end(), value);
  return std::min(static_cast<std::size_t>(above - edges.begin()) - 1, last);
}

/// So many bins of some width as fit; of values too close together for a width there is one.
std::int64_t BinsOf(double fitting) {
  return std::isfinite(fitting) ? static_cast<std::int64_t>(std::ceil(fitting)) : 1;
}

bool AscendingAndFinite(std::span<const double> values) {
  const auto falls = [](double one, double next) { return !(one <= next); };
  return !values.empty() && std::isfinite(values.front()) && std::isfinite(values.back()) &&
         std::adjacent_find(values.begin(), values.end(), falls) == values.end();
}

/// Of ascending values: looks for the edges among them.
void CountAscending(std::span<const double> edges, std::span<const double> values, Outside outside,
                    std::vector<std::int64_t>& counts) {
  const std::size_t shift = outside == Outside::ToExtraBins ? 1 : 0;
  auto from = std::lower_bound(values.begin(), values.end(), edges.front());
  if (outside != Outside::Drop) counts.front() += from - values.begin();
  for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
    const bool last = bin + 2 == edges.size();
    const auto to = last ? std::upper_bound(from, values.end(), edges[bin + 1])
                         : std::lower_bound(from, values.end(), edges[bin + 1]);
    counts[bin + shift] += to - from;
    from = to;
  }
  if (outside != Outside::Drop) counts.back() += values.end() - from;
}

}  // namespace

std::vector<double> EvenEdges(double low, double high, std::int64_t bins) {
  if (!std::isfinite(high - low)) return {low, high};
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(bins, 1));
  const double step = (high - low) / static_cast<double>(count);
  std::vector<double> edges(count + 1);
  for (std::size_t i = 0; i < count; ++i) edges[i] = static_cast<double>(i) * step + low;
  edges[count] = high;
  return edges;
}

std::vector<double> SturgesEdges(double low, double high, std::int64_t rows, NumberKind kind) {
  if (!(low < high) || !std::isfinite(high - low)) return EvenEdges(low, high, 1);
  double width = (high - low) / (std::log2(static_cast<double>(rows)) + 1.0);
  if (kind == NumberKind::Whole && width < 1.0) width = 1.0;
  return EvenEdges(low, high, BinsOf((high - low) / width));
}

std::vector<double> DoaneEdges(const Sample& sample, NumberKind kind) {
  const auto rows = static_cast<double>(sample.rows());
  const double low = sample.sorted().front(), high = sample.sorted().back();
  const double deviation = std::sqrt(sample.Variance());
  if (sample.rows() <= 2 || !(low < high) || deviation == 0 || !std::isfinite(deviation))
    return EvenEdges(low, high, 1);
  const double mean = sample.Mean();
  Sum cubes;
  for (const double value : sample.sorted()) cubes.Add(std::pow((value - mean) / deviation, 3));
  const double skewness = std::fabs(cubes.value() / rows);
  const double spread = std::sqrt(6.0 * (rows - 2) / ((rows + 1.0) * (rows + 3)));
  double width = (high - low) / (1.0 + std::log2(rows) + std::log2(1.0 + skewness / spread));
  if (kind == NumberKind::Whole && width < 1.0) width = 1.0;
  return EvenEdges(low, high, BinsOf((high - low) / width));
}

std::vector<std::int64_t> CountOver(std::span<const double> edges, std::span<const double> values,
                                    Outside outside) {
  const std::size_t shift = outside == Outside::ToExtraBins ? 1 : 0;
  std::vector<std::int64_t> counts(edges.size() - 1 + 2 * shift, 0);
  if (AscendingAndFinite(values)) {
    CountAscending(edges, values, outside, counts);
    return counts;
  }
  const double per_unit = static_cast<double>(edges.size() - 1) / (edges.back() - edges.front());
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (value >= edges.front() && value <= edges.back()) {
      ++counts[BinOf(edges, per_unit, value) + shift];
    } else if (outside != Outside::Drop) {
      ++(value < edges.front() ? counts.front() : counts.back());
    }
  }
  return counts;
}

Result<Histogram> SturgesHistogram(std::span<const double> values, NumberKind kind) {
  const Extent extent = ExtentOf(values);
  if (extent.rows == 0) return Error{Reason::Unprocessable, "no finite value to draw a histogram of"};
  Histogram histogram{SturgesEdges(extent.low, extent.high, extent.rows, kind), {}};
  histogram.counts = CountOver(histogram.edges, values);
  return histogram;
}

Result<Histogram> EvenHistogram(std::span<const double> values, std::int64_t bins) {
  const Extent extent = ExtentOf(values);
  if (extent.rows == 0) return Error{Reason::Unprocessable, "no finite value to draw a histogram of"};
  if (bins < 1) return Error{Reason::InvalidArgument, "a histogram needs at least one bin"};
  Histogram histogram{EvenEdges(extent.low, extent.high, bins), {}};
  histogram.counts = CountOver(histogram.edges, values);
  return histogram;
}

std::vector<double> SortedFinite(std::span<const double> values) {
  std::vector<double> finite;
  finite.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double v) { return std::isfinite(v); });
  Sort(finite);
  return finite;
}

}  // namespace cairn::comparison
