#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cairn::comparison {

/// A small symmetric matrix of doubles.
class SymmetricMatrix {
 public:
  explicit SymmetricMatrix(std::size_t size) : size_(size), entries_(size * size, 0.0) {}
  double& at(std::size_t row, std::size_t column) { return entries_[row * size_ + column]; }

  struct Form {
    double value = 0;
    std::size_t rank = 0;
  };
  /// v' A^+ v with the pseudo-inverse A^+ (eigenvalues at most 1e-12 of the largest count as zero; numpy's
  /// pinv takes 1e-15, which keeps rounding noise), and the rank.
  Form InverseForm(std::span<const double> v) const;

 private:
  std::size_t size_;
  std::vector<double> entries_;
};

}  // namespace cairn::comparison
