#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "loop/evaluation/signal.h"

namespace cairn::evaluation {

/// Rows of numbers, each starting with a 1 for the intercept.
struct Design {
  std::size_t columns = 0;
  std::vector<double> cells;  ///< Row by row.

  std::size_t rows() const { return cells.size() / columns; }
  std::span<const double> row(std::size_t i) const { return {cells.data() + i * columns, columns}; }
};

/// One column of the design: a standardized number, its square, a missing mark, or one level of a category.
struct EncodedColumn {
  enum class Kind { Number, Square, Missing, Level };
  Kind kind = Kind::Number;
  std::size_t feature = 0;
  double mean = 0;
  double deviation = 1;
  std::string level;
};

/// What the training rows say about scales and levels, kept to the `most` columns that vary most with the
/// label. Looks at no other row.
std::vector<EncodedColumn> LearnEncoding(std::span<const FeatureColumn> features,
                                         std::span<const double> labels, std::span<const std::uint32_t> train,
                                         std::size_t most);

Design Encode(std::span<const EncodedColumn> encoding, std::span<const FeatureColumn> features,
              std::span<const std::uint32_t> rows);

}  // namespace cairn::evaluation
