#include "loop/synthesis/ties/matrix.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace cairn::synthesis {
namespace {

using Rows = std::vector<std::vector<double>>;

constexpr double kLeastEigenvalue = 1e-6;
constexpr int kSweeps = 50;

std::optional<Rows> Cholesky(const Correlations& matrix) {
  Rows root(matrix.size());
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    root[i].resize(i + 1);
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = matrix.At(i, j);
      for (std::size_t k = 0; k < j; ++k) rest -= root[i][k] * root[j][k];
      if (i == j && rest < kLeastEigenvalue / 10) return std::nullopt;
      root[i][j] = i == j ? std::sqrt(rest) : rest / root[j][j];
    }
  }
  return root;
}

/// One of Jacobi's rotations: it takes cell (p, q) to zero.
void Rotate(Rows& matrix, Rows& vectors, std::size_t p, std::size_t q) {
  const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
  const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1), s = t * c;
  for (auto& row : matrix) {
    const double at_p = row[p], at_q = row[q];
    row[p] = c * at_p - s * at_q, row[q] = s * at_p + c * at_q;
  }
  for (std::size_t k = 0; k < matrix.size(); ++k) {
    const double at_p = matrix[p][k], at_q = matrix[q][k];
    matrix[p][k] = c * at_p - s * at_q, matrix[q][k] = s * at_p + c * at_q;
  }
  for (auto& row : vectors) {
    const double at_p = row[p], at_q = row[q];
    row[p] = c * at_p - s * at_q, row[q] = s * at_p + c * at_q;
  }
}

/// The correlations whose eigenvalues are those of `given`, none below the least.
Correlations Near(const Correlations& given) {
  const std::size_t size = given.size();
  Rows matrix(size, std::vector<double>(size)), vectors = matrix;
  for (std::size_t i = 0; i < size; ++i) {
    vectors[i][i] = 1;
    for (std::size_t j = 0; j < size; ++j) matrix[i][j] = given.At(i, j);
  }
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double off = 0;
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p + 1; q < size; ++q) {
        off = std::max(off, std::fabs(matrix[p][q]));
        if (std::fabs(matrix[p][q]) > 1e-14) Rotate(matrix, vectors, p, q);
      }
    }
    if (off <= 1e-12) break;
  }
  Rows made(size, std::vector<double>(size));
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t k = 0; k < size; ++k)
        made[i][j] += vectors[i][k] * vectors[j][k] * std::max(matrix[k][k], kLeastEigenvalue);
    }
  }
  Correlations near(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) near.Set(i, j, made[i][j] / std::sqrt(made[i][i] * made[j][j]));
  }
  return near;
}

}  // namespace

Rows RootOf(const Correlations& correlations) {
  if (auto root = Cholesky(correlations)) return std::move(*root);
  if (auto root = Cholesky(Near(correlations))) return std::move(*root);
  Rows apart(correlations.size());
  for (std::size_t i = 0; i < apart.size(); ++i) apart[i].resize(i + 1), apart[i][i] = 1;
  return apart;
}

}  // namespace cairn::synthesis
