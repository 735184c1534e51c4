#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "loop/comparison/exact/sides.h"
#include "loop/comparison/exact/special_functions.h"
#include "loop/comparison/exact/sum.h"
#include "loop/comparison/exact/symmetric_matrix.h"
#include "loop/comparison/sample_tests.h"

namespace cairn::comparison {
namespace {

TestResult StudentResult(double difference, double error, double degrees, Alternative alternative) {
  // Two constants: equal ones differ by nothing, others by infinitely many standard errors.
  const double t = difference == 0 ? 0.0 : difference / error;
  switch (alternative) {
    case Alternative::Less:
      return {t, StudentTail(-t, degrees)};
    case Alternative::Greater:
      return {t, StudentTail(t, degrees)};
    case Alternative::TwoSided:
      break;
  }
  return {t, std::min(1.0, 2 * StudentTail(std::fabs(t), degrees))};
}

constexpr std::size_t kTerms = 4;  ///< cos and sin at each of two points.
using Waves = std::array<double, kTerms>;

Waves WavesAt(double value, double scale) {
  const double first = 0.4 / scale * value, second = 0.8 / scale * value;
  return {std::cos(first), std::cos(second), std::sin(first), std::sin(second)};
}

struct WaveMoments {
  Waves mean{};
  std::array<double, kTerms * kTerms> covariance{};  ///< Divisor n.
};

WaveMoments MomentsOf(const Sample& sample, double scale) {
  const auto rows = static_cast<double>(sample.rows());
  std::array<Sum, kTerms> sums;
  for (const double value : sample.sorted()) {
    const Waves waves = WavesAt(value, scale);
    for (std::size_t i = 0; i < kTerms; ++i) sums[i].Add(waves[i]);
  }
  WaveMoments moments;
  for (std::size_t i = 0; i < kTerms; ++i) moments.mean[i] = sums[i].value() / rows;
  std::array<Sum, kTerms * kTerms> products;
  for (const double value : sample.sorted()) {
    Waves waves = WavesAt(value, scale);
    for (std::size_t i = 0; i < kTerms; ++i) waves[i] -= moments.mean[i];
    for (std::size_t i = 0; i < kTerms; ++i) {
      for (std::size_t j = 0; j < kTerms; ++j) products[i * kTerms + j].Add(waves[i] * waves[j]);
    }
  }
  for (std::size_t i = 0; i < products.size(); ++i) moments.covariance[i] = products[i].value() / rows;
  return moments;
}

/// The value at `level` of both samples together, interpolated (numpy's "linear").
double PooledQuantile(const Sample& reference, const Sample& current, double level) {
  const std::span<const double> x = reference.sorted(), y = current.sorted();
  const double position = level * static_cast<double>(x.size() + y.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  double at = 0, next = 0;
  for (std::size_t i = 0, j = 0; i + j <= below + 1 && i + j < x.size() + y.size();) {
    const std::size_t rank = i + j;
    const double value = j == y.size() || (i < x.size() && x[i] <= y[j]) ? x[i++] : y[j++];
    if (rank == below) at = value;
    next = value;
  }
  const double share = position - static_cast<double>(below);
  return share < 0.5 ? at + (next - at) * share : next - (next - at) * (1 - share);
}

}  // namespace

Result<TestResult> StudentT(const Sample& reference, const Sample& current, Alternative alternative) {
  CAIRN_TRY(CheckSides(reference, current));
  const auto n1 = static_cast<double>(reference.rows()), n2 = static_cast<double>(current.rows());
  const double degrees = n1 + n2 - 2;
  if (degrees < 1)
    return Error{Reason::Unprocessable,
                 "Student's test needs three rows in all; one value a side has no spread"};
  const double squares = n1 * reference.Variance() + n2 * current.Variance();
  const double error = std::sqrt(squares / degrees * (1 / n1 + 1 / n2));
  return StudentResult(reference.Mean() - current.Mean(), error, degrees, alternative);
}

Result<TestResult> WelchT(const Sample& reference, const Sample& current, Alternative alternative) {
  CAIRN_TRY(CheckSides(reference, current, 2));
  const auto n1 = static_cast<double>(reference.rows()), n2 = static_cast<double>(current.rows());
  const double first = reference.Variance(1) / n1, second = current.Variance(1) / n2;
  const double spread = first + second;
  const double degrees =
      spread == 0 ? 1.0 : spread * spread / (first * first / (n1 - 1) + second * second / (n2 - 1));
  return StudentResult(reference.Mean() - current.Mean(), std::sqrt(spread), degrees, alternative);
}

Result<TestResult> EppsSingleton(const Sample& reference, const Sample& current) {
  CAIRN_TRY(CheckSides(reference, current, 5));
  const double scale =
      (PooledQuantile(reference, current, 0.75) - PooledQuantile(reference, current, 0.25)) / 2;
  if (scale == 0) {
    return Error{Reason::Unprocessable,
                 "the middle half of all values is one value, so Epps and Singleton's test has no scale"};
  }
  const auto n1 = static_cast<double>(reference.rows()), n2 = static_cast<double>(current.rows());
  const WaveMoments x = MomentsOf(reference, scale), y = MomentsOf(current, scale);
  SymmetricMatrix covariance(kTerms);
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t j = 0; j < kTerms; ++j) {
      covariance.at(i, j) =
          (n1 + n2) / n1 * x.covariance[i * kTerms + j] + (n1 + n2) / n2 * y.covariance[i * kTerms + j];
    }
  }
  Waves difference;
  for (std::size_t i = 0; i < kTerms; ++i) difference[i] = x.mean[i] - y.mean[i];
  const auto form = covariance.InverseForm(difference);
  double statistic = (n1 + n2) * form.value;
  if (std::max(n1, n2) < 25) {
    const double small = std::pow(n1, -1.7) + std::pow(n2, -1.7);
    statistic *= 1 / (1 + std::pow(n1 + n2, -0.45) + 10.1 * small);
  }
  return TestResult{statistic, ChiSquareTail(statistic, static_cast<double>(form.rank))};
}

}  // namespace cairn::comparison
