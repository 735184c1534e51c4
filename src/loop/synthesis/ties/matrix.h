#pragma once

#include <cstddef>
#include <vector>

namespace cairn::synthesis {

/// A symmetric matrix of correlations, ones on its diagonal.
class Correlations {
 public:
  explicit Correlations(std::size_t size) : size_(size), cells_(size * size) {
    for (std::size_t i = 0; i < size; ++i) cells_[i * size + i] = 1;
  }
  std::size_t size() const { return size_; }
  double At(std::size_t a, std::size_t b) const { return cells_[a * size_ + b]; }
  void Set(std::size_t a, std::size_t b, double value) {
    cells_[a * size_ + b] = cells_[b * size_ + a] = value;
  }

 private:
  std::size_t size_;
  std::vector<double> cells_;
};

/// The lower triangle L with L·Lᵀ = `correlations`, row by row. Correlations that were measured pair by pair
/// and cannot all hold at once are moved to near ones that can (negative eigenvalues cut off).
std::vector<std::vector<double>> RootOf(const Correlations& correlations);

}  // namespace cairn::synthesis
