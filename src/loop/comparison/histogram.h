#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/comparison/sample.h"

namespace cairn::comparison {

/// Counts over bins: bin i covers [edges[i], edges[i+1]); the last one also holds its right edge (numpy's
/// rule).
struct Histogram {
  std::vector<double> edges;
  std::vector<std::int64_t> counts;
};

enum class NumberKind { Real, Whole };

/// What happens to values left or right of all edges.
enum class Outside {
  Drop,         ///< Not counted (numpy).
  ToEndBins,    ///< Counted in the first or last bin.
  ToExtraBins,  ///< Counted in two more bins, one before the first and one after the last: edges + 1 counts
                ///< in all.
};

/// `bins` + 1 edges evenly from low to high; when both are equal, from low - 0.5 to high + 0.5. One bin when
/// they lie further apart than a double can say, here and below.
std::vector<double> EvenEdges(double low, double high, std::int64_t bins);

/// Sturges' rule over `rows` values between low and high, as numpy's histogram_bin_edges(bins="sturges"):
/// width (high - low) / (log2(rows) + 1), at least 1 for whole numbers.
std::vector<double> SturgesEdges(double low, double high, std::int64_t rows, NumberKind kind);

/// Doane's rule, which adds bins for skewness, as numpy's histogram_bin_edges(bins="doane"). The sample must
/// not be empty.
std::vector<double> DoaneEdges(const Sample& sample, NumberKind kind);

/// Counts the finite values over ascending edges (at least two). O(n) for even edges.
std::vector<std::int64_t> CountOver(std::span<const double> edges, std::span<const double> values,
                                    Outside outside = Outside::Drop);

/// Sturges histogram of the finite values. Unprocessable when there is none.
Result<Histogram> SturgesHistogram(std::span<const double> values, NumberKind kind);
/// The same with a given number of bins (numpy.histogram with an integer).
Result<Histogram> EvenHistogram(std::span<const double> values, std::int64_t bins);

/// The finite values in ascending order. O(n).
std::vector<double> SortedFinite(std::span<const double> values);

}  // namespace cairn::comparison
