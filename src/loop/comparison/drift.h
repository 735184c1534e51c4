#pragma once

#include <cstdint>
#include <optional>

#include "ground/vocabulary/result.h"
#include "loop/comparison/counts.h"
#include "loop/comparison/method.h"
#include "loop/comparison/sample.h"

namespace cairn::comparison {

/// Whether one column drifted, and by what measure.
struct Drift {
  Method method = Method::KolmogorovSmirnovP;
  double score = 0;  ///< A p-value or a distance; `method` says which.
  double threshold = 0;
  bool drifted = false;
  std::int64_t reference_rows = 0;  ///< After dropping.
  std::int64_t current_rows = 0;
};

struct DriftSettings {
  std::optional<Method> method = {};  ///< Absent: Evidently's choice, below.
  std::optional<double> threshold = {};
};

/// Evidently's choice. With at most 1,000 rows in the reference: z for one or two distinct values in both
/// sides together, chi-square up to five (for categories: any number), Kolmogorov-Smirnov beyond. With more:
/// Wasserstein (normed) for numbers of more than five distinct values, Jensen-Shannon otherwise.
Method ChooseForNumbers(const Sample& reference, const Sample& current);
Method ChooseForCategories(const PairedCounts& counts);

/// Statistics of counts draw their bins as their source does: Evidently's psi, kl_div and jensenshannon by
/// BinTogether, its hellinger by BinDistinctTogether, its tests one bin per value; js_distance_2 as NannyML,
/// js_divergence_2 as TensorFlow Data Validation. Unprocessable for an empty side or what the method cannot
/// work with; InvalidArgument for a method that is not of numbers or has no threshold of its own.
Result<Drift> CompareNumbers(const Sample& reference, const Sample& current, NumberKind kind,
                             const DriftSettings& settings = {});
/// Nulls are not categories: leave them out of the counts. InvalidArgument for a method of numbers only.
Result<Drift> CompareCategories(const CategoryCounts& reference, const CategoryCounts& current,
                                const DriftSettings& settings = {});
/// Two histograms over the same bins, or categories aligned. The method must be one of counts; absent,
/// JensenShannon.
Result<Drift> CompareCounts(const PairedCounts& counts, const DriftSettings& settings = {});

/// NannyML's bins: of numbers, Doane's edges when the reference has more than 50 distinct values or more than
/// a tenth of its rows, else its values; of either and of categories, one more bin for all that the reference
/// lacks.
Result<PairedCounts> BinAsNannyml(const Sample& reference, const Sample& current, NumberKind kind);
PairedCounts PoolUnseen(const PairedCounts& counts);

}  // namespace cairn::comparison
