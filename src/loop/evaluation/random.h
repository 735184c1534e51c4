#pragma once

#include <cstdint>
#include <limits>

namespace cairn::evaluation {

/// SplitMix64 (Steele, Lea & Flood, 2014): the same numbers on every machine. Streams with different numbers
/// are independent for our purposes, so work shared out over threads gives the same result in any order. A
/// standard random bit generator.
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : state_(Mix(seed) ^ Mix(stream + kStep)) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return Mix(state_ += kStep); }

  /// In [0, 1).
  double Unit() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
  /// In [0, bound), even to within bound / 2^32.
  std::uint32_t Below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((((*this)() >> 32) * bound) >> 32);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  static constexpr std::uint64_t Mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace cairn::evaluation
