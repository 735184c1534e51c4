#include "loop/comparison/chunks.h"

#include <algorithm>
#include <cmath>

#include "loop/comparison/count_distances.h"

namespace cairn::comparison {
namespace {

constexpr std::size_t kChunks = 10;

/// Calls `take` with each chunk's rows; ends with its first error.
template <class Row, class Take>
Result<> ForEachChunk(std::span<const Row> rows, Take&& take) {
  const std::size_t size = std::max<std::size_t>(1, rows.size() / kChunks);
  for (std::size_t first = 0; first < rows.size(); first += size)
    CAIRN_TRY(take(rows.subspan(first, std::min(size, rows.size() - first))));
  return Done{};
}

/// Judges by `distance(chunk)`: a Result that is Unprocessable for a chunk without values.
template <class Row, class Distance>
Result<Drift> Judged(const std::vector<Row>& reference, const std::vector<Row>& current,
                     Distance&& distance) {
  const auto distances = [&](const std::vector<Row>& rows, std::vector<double>& into) {
    return ForEachChunk(std::span<const Row>(rows), [&](std::span<const Row> chunk) -> Result<> {
      const Result<double> one = distance(chunk);
      if (!one && one.error().reason != Reason::Unprocessable) return one.error();
      if (one) into.push_back(*one);
      return Done{};
    });
  };
  std::vector<double> before, after;
  CAIRN_TRY(distances(reference, before));
  CAIRN_TRY(distances(current, after));
  if (before.empty() || after.empty())
    return Error{Reason::Unprocessable, "the nannyml policy needs the rows in their order"};
  const Sample chunks(before);
  Drift drift;
  drift.method = Method::JsDistance2;
  drift.threshold = std::min(1.0, chunks.Mean() + 3 * std::sqrt(chunks.Variance()));
  drift.score = *std::ranges::max_element(after);
  drift.drifted = drift.score > drift.threshold;
  return drift;
}

}  // namespace

Result<Drift> CompareChunks(const NumberColumn& column) {
  return Judged(column.reference_rows, column.current_rows,
                [&](std::span<const double> chunk) -> Result<double> {
                  return JsDistance2(CAIRN_TRY(BinAsNannyml(column.reference, Sample(chunk), column.kind)));
                });
}

Result<Drift> CompareChunks(const CategoryColumn& column) {
  return Judged(column.reference_rows, column.current_rows,
                [&](std::span<const std::int32_t> chunk) -> Result<double> {
                  PairedCounts counts{column.counts.reference,
                                      std::vector<std::int64_t>(column.counts.reference.size())};
                  for (const std::int32_t bin : chunk) {
                    if (bin >= 0) ++counts.current[static_cast<std::size_t>(bin)];
                  }
                  return JsDistance2(PoolUnseen(counts));
                });
}

}  // namespace cairn::comparison
