#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/comparison/histogram.h"
#include "loop/comparison/sample.h"

namespace cairn::comparison {

/// Rows per bin or category, both sides over the same bins in the same order. What counts as a bin is said by
/// the functions below, and each tool says it differently.
struct PairedCounts {
  std::vector<std::int64_t> reference;
  std::vector<std::int64_t> current;
};

using CategoryCounts = std::map<std::string, std::int64_t, std::less<>>;

/// One bin per category of either side, in byte order of the names. Unprocessable when a side has no row.
Result<PairedCounts> Align(const CategoryCounts& reference, const CategoryCounts& current);

/// Evidently's bins of a numeric column: Sturges over both samples together when the reference has more than
/// 20 distinct values, otherwise one bin per distinct value of either. Unprocessable when a side is empty;
/// the same for all below.
Result<PairedCounts> BinTogether(const Sample& reference, const Sample& current, NumberKind kind);
/// One bin per distinct value of either side, ascending. Evidently's bins for tests on counts.
Result<PairedCounts> CountPerValue(const Sample& reference, const Sample& current);
/// Evidently's bins for the Hellinger distance of numbers: Sturges over the set of distinct values.
Result<PairedCounts> BinDistinctTogether(const Sample& reference, const Sample& current, NumberKind kind);
/// NannyML's: Doane's edges of the reference, and one more bin for current values outside them, when there
/// are any.
Result<PairedCounts> BinByReference(const Sample& reference, const Sample& current, NumberKind kind);

/// Sums neighbouring bins of few rows, so that approximations hold: every bin whose expected count is below
/// `least` on a side goes into one bin behind the others.
PairedCounts PoolRare(const PairedCounts& counts, double least = 5.0);

/// Rows of one side.
std::int64_t Total(std::span<const std::int64_t> counts);

}  // namespace cairn::comparison
