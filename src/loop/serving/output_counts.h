#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// How often the canary's scores, and production's, fell between the deciles of production's first scores. As
/// requests are drawn at random (or the same rows are put to both), the two differ by the models and by
/// chance alone. A plain value.
struct OutputCounts {
  static constexpr std::size_t kFirst = 200;    ///< Scores of production that the deciles come from.
  static constexpr std::int64_t kEnough = 500;  ///< Scores of each that a distance takes.

  std::vector<double> first;                     ///< Until there are kFirst; then empty.
  std::vector<double> edges;                     ///< Distinct, rising; a score on an edge counts above it.
  std::vector<std::int64_t> canary, production;  ///< One more than edges.

  void Add(bool is_canary, std::span<const double> scores);
  /// Population stability index of the two (comparison/count_distances.h): a description and no test; nothing
  /// before there is enough of both.
  std::optional<double> Psi() const;

  friend bool operator==(const OutputCounts&, const OutputCounts&) = default;
};
Json ToJson(const OutputCounts& counts);
/// InvalidArgument when they are none.
Result<OutputCounts> OutputCountsIn(const Json& json);

}  // namespace cairn::serving
