#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/comparison/comparison.h"

namespace cairn::profile {

/// One numeric column in figures, equal to pandas. Infinities are counted apart and, like missing values
/// (NaN), take no part in the others. A figure that is not defined (the deviation of one row) is NaN.
struct NumberSummary {
  std::int64_t rows = 0;  ///< All, with the missing ones.
  std::int64_t missing = 0;
  std::int64_t infinite = 0;
  std::int64_t distinct = 0;
  double min = 0;
  double max = 0;
  double mean = 0;
  double median = 0;
  double deviation = 0;  ///< Divisor n - 1.
  double skewness = 0;   ///< Corrected for bias (pandas' skew()); NaN for a constant column.
  std::vector<std::pair<double, double>> quantiles;  ///< Level and value.
};

/// Quantiles at 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99. Unprocessable when no value is finite.
Result<NumberSummary> SummarizeNumbers(std::span<const double> values);

/// The level-quantile of ascending, non-empty values: numpy's method "linear". 0 <= level <= 1.
double Quantile(std::span<const double> sorted, double level);

/// One column of categories in figures.
struct CategorySummary {
  std::int64_t rows = 0;  ///< All, with the missing ones.
  std::int64_t missing = 0;
  std::int64_t distinct = 0;
  double entropy_bits = 0;
  std::vector<std::pair<std::string, std::int64_t>> top;  ///< Most rows first, equal counts by name.
};
CategorySummary SummarizeCategories(const comparison::CategoryCounts& counts, std::int64_t missing,
                                    std::size_t top = 10);

/// Strength of the tie between two columns of equal length; rows in which either is missing are left out. NaN
/// when it is not defined (a constant column, fewer than two rows). InvalidArgument when the lengths differ.
/// Category codes below 0 mean missing.

/// Pearson's r; NaN and infinities count as missing.
Result<double> Pearson(std::span<const double> x, std::span<const double> y);
/// Spearman's rho: Pearson's r of the ranks among the rows that have both; equal values share theirs.
Result<double> Spearman(std::span<const double> x, std::span<const double> y);
/// eta: sqrt(between-group sum of squares / total sum of squares), 0..1.
Result<double> CorrelationRatio(std::span<const std::int32_t> categories, std::span<const double> y);
/// Cramér's V without bias correction (scipy's association(method="cramer")), 0..1.
Result<double> CramersV(std::span<const std::int32_t> a, std::span<const std::int32_t> b);
/// Mutual information in nats (scikit-learn's mutual_info_score), not corrected for bias; never below 0.
Result<double> MutualInformation(std::span<const std::int32_t> a, std::span<const std::int32_t> b);
/// The indices of the finite values in ascending order of the values.
std::vector<std::uint32_t> AscendingOrder(std::span<const double> values);
/// Spearman's rho of two columns whose orders are known.
double SpearmanOrdered(std::span<const double> x, std::span<const std::uint32_t> x_order,
                       std::span<const double> y, std::span<const std::uint32_t> y_order);

}  // namespace cairn::profile
