#pragma once

#include <cstdint>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::sweep {

/// The Sobol sequence with Joe and Kuo's direction numbers (sobol_directions.h), in the order of Gray codes,
/// without scrambling: the points that scipy.stats.qmc.Sobol(d, scramble=False) gives, bit for bit. The first
/// point is the origin.
class Sobol {
 public:
  static constexpr unsigned kMostDimensions = 64;
  static constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 30;

  /// InvalidArgument for none, or more than kMostDimensions.
  static Result<Sobol> Of(unsigned dimensions);

  /// The next point, each coordinate in [0, 1). At most kMostPoints of them.
  std::vector<double> Next();

 private:
  explicit Sobol(unsigned dimensions);

  std::vector<std::vector<std::uint32_t>> directions_;  ///< By dimension, then by bit.
  std::vector<std::uint32_t> point_;
  std::uint64_t count_ = 0;
};

}  // namespace cairn::sweep
