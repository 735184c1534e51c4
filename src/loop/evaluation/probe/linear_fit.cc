#include "loop/evaluation/probe/linear_fit.h"

#include <algorithm>
#include <cmath>

namespace cairn::evaluation {
namespace {

constexpr int kMostSteps = 30;
constexpr double kLittle = 1e-8;

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// The normal equations of one Newton step: curvature (lower triangle, row by row) and slope.
struct Step {
  std::vector<double> curvature;
  std::vector<double> slope;

  Step(std::span<const double> weights, double ridge)
      : curvature(weights.size() * weights.size(), 0.0), slope(weights.size(), 0.0) {
    for (std::size_t i = 1; i < weights.size(); ++i) {
      curvature[i * weights.size() + i] = ridge;
      slope[i] = -ridge * weights[i];
    }
    curvature[0] = 1e-9;
  }

  void Add(std::span<const double> row, double weight, double residual) {
    const std::size_t size = slope.size();
    for (std::size_t i = 0; i < size; ++i) {
      if (row[i] == 0) continue;
      slope[i] += row[i] * residual;
      const double scaled = row[i] * weight;
      for (std::size_t j = 0; j <= i; ++j) curvature[i * size + j] += scaled * row[j];
    }
  }

  /// Solves curvature * x = slope by Cholesky's factors, in place.
  std::vector<double> Solve() {
    const std::size_t size = slope.size();
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = curvature[i * size + j];
        for (std::size_t k = 0; k < j; ++k) sum -= curvature[i * size + k] * curvature[j * size + k];
        curvature[i * size + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / curvature[j * size + j];
      }
    }
    std::vector<double> solution = slope;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t k = 0; k < i; ++k) solution[i] -= curvature[i * size + k] * solution[k];
      solution[i] /= curvature[i * size + i];
    }
    for (std::size_t i = size; i-- > 0;) {
      for (std::size_t k = i + 1; k < size; ++k) solution[i] -= curvature[k * size + i] * solution[k];
      solution[i] /= curvature[i * size + i];
    }
    return solution;
  }
};

}  // namespace

std::vector<double> FitLogistic(const Design& design, std::span<const double> labels, std::size_t rows,
                                double ridge) {
  std::vector<double> weights(design.columns, 0.0);
  for (int step_number = 0; step_number < kMostSteps; ++step_number) {
    Step step(weights, ridge);
    for (std::size_t i = 0; i < rows; ++i) {
      const double chance = 1 / (1 + std::exp(-Dot(design.row(i), weights)));
      step.Add(design.row(i), chance * (1 - chance), labels[i] - chance);
    }
    const std::vector<double> change = step.Solve();
    double largest = 0;
    for (const double one : change) largest = std::max(largest, std::fabs(one));
    // Full steps overshoot on nearly separable rows.
    const double shrink = largest > 4 ? 4 / largest : 1;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += shrink * change[i];
    if (largest < kLittle) break;
  }
  return weights;
}

std::vector<double> FitLeastSquares(const Design& design, std::span<const double> labels, std::size_t rows,
                                    double ridge) {
  Step step(std::vector<double>(design.columns, 0.0), ridge);
  for (std::size_t i = 0; i < rows; ++i) step.Add(design.row(i), 1, labels[i]);
  return step.Solve();
}

std::vector<double> Predictor(const Design& design, std::span<const double> weights) {
  std::vector<double> predictor(design.rows());
  for (std::size_t i = 0; i < predictor.size(); ++i) predictor[i] = Dot(design.row(i), weights);
  return predictor;
}

}  // namespace cairn::evaluation
