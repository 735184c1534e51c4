#include "loop/comparison/exact/symmetric_matrix.h"

#include <algorithm>
#include <cmath>

namespace cairn::comparison {
namespace {

/// Turns rows and columns p and q so that the entry between them vanishes (Jacobi).
void Rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t size, std::size_t p,
            std::size_t q) {
  const double off = a[p * size + q];
  if (off == 0) return;
  const double theta = (a[q * size + q] - a[p * size + p]) / (2 * off);
  const double t = (theta >= 0 ? 1 : -1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1), s = t * c;
  for (std::size_t k = 0; k < size; ++k) {
    const double kp = a[k * size + p], kq = a[k * size + q];
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (std::size_t k = 0; k < size; ++k) {
    const double pk = a[p * size + k], qk = a[q * size + k];
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const double vp = vectors[k * size + p], vq = vectors[k * size + q];
    vectors[k * size + p] = c * vp - s * vq;
    vectors[k * size + q] = s * vp + c * vq;
  }
}

}  // namespace

SymmetricMatrix::Form SymmetricMatrix::InverseForm(std::span<const double> v) const {
  std::vector<double> a = entries_, vectors(size_ * size_, 0.0);
  for (std::size_t i = 0; i < size_; ++i) vectors[i * size_ + i] = 1;
  for (int sweep = 0; sweep < 60; ++sweep) {
    for (std::size_t p = 0; p < size_; ++p) {
      for (std::size_t q = p + 1; q < size_; ++q) Rotate(a, vectors, size_, p, q);
    }
  }
  double largest = 0;
  for (std::size_t i = 0; i < size_; ++i) largest = std::max(largest, std::fabs(a[i * size_ + i]));
  Form form;
  for (std::size_t i = 0; i < size_; ++i) {
    if (std::fabs(a[i * size_ + i]) <= 1e-12 * largest) continue;
    double along = 0;
    for (std::size_t k = 0; k < size_; ++k) along += vectors[k * size_ + i] * v[k];
    form.value += along * along / a[i * size_ + i];
    ++form.rank;
  }
  return form;
}

}  // namespace cairn::comparison
