#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "loop/evaluation/probe/encoding.h"

namespace cairn::evaluation {

/// Weights that maximize the ridge-penalized likelihood on the first `rows` rows; the intercept goes free.
/// Newton's method.
std::vector<double> FitLogistic(const Design& design, std::span<const double> labels, std::size_t rows,
                                double ridge);
/// The same for squared error: one step.
std::vector<double> FitLeastSquares(const Design& design, std::span<const double> labels, std::size_t rows,
                                    double ridge);

/// weights * row, for every row.
std::vector<double> Predictor(const Design& design, std::span<const double> weights);

}  // namespace cairn::evaluation
