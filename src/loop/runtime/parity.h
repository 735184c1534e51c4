#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"

/// Whether two models answer the same.
namespace cairn::runtime {

/// Floating-point answers a (the original's) and b count as equal when |a - b| <= absolute + relative * |a|;
/// so do two infinities of one sign, and two that are no number. Everything else, classes among it, must be
/// equal.
struct Tolerance {
  double absolute = 1e-6;
  double relative = 1e-5;
};

/// One answer that differs.
struct Disparity {
  std::int64_t row = 0;  ///< From 0.
  std::string output;    ///< "probabilities[1]".
  std::string original, converted;
};

struct Parity {
  std::int64_t rows = 0;
  std::int64_t differing = 0;   ///< Rows with an answer that is not equal.
  double largest = 0;           ///< Difference of two floating-point answers.
  double largest_relative = 0;  ///< The same divided by |a|, where that is more than the absolute tolerance.
  std::optional<Disparity> first;
};

/// Compares the answers to the same rows. Unprocessable when they have not the same outputs, types and
/// shapes.
Result<Parity> Compare(const Batch& original, const Batch& converted, const Tolerance& tolerance);

/// A row as a sentence has it: "a = 1.5, b = 3", at most 12 values of it.
std::string RowText(const Batch& batch, std::int64_t row);

}  // namespace cairn::runtime
