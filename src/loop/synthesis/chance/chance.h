#pragma once

#include <cstdint>

namespace cairn::synthesis {

/// Random numbers that depend on where they are asked for and on nothing else: any row can be drawn by
/// anybody, in any order.
class Chance {
 public:
  /// Of one purpose (a column, say) under a seed.
  Chance(std::uint64_t seed, std::uint64_t purpose);

  std::uint64_t Bits(std::uint64_t row, std::uint64_t nth = 0) const;
  /// Strictly between 0 and 1.
  double Unit(std::uint64_t row, std::uint64_t nth = 0) const;

 private:
  std::uint64_t key_;
};

/// Whole numbers in an order that looks random and holds each of 0 … size-1 once (an affine step, odd enough
/// not to be seen in tables).
class Shuffle {
 public:
  Shuffle(std::uint64_t size, std::uint64_t seed);
  std::uint64_t At(std::uint64_t index) const;
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_, step_, offset_;
};

}  // namespace cairn::synthesis
