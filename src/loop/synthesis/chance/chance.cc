#include "loop/synthesis/chance/chance.h"

#include <numeric>

namespace cairn::synthesis {
namespace {

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
std::uint64_t Mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

}  // namespace

Chance::Chance(std::uint64_t seed, std::uint64_t purpose) : key_(Mixed(Mixed(seed) ^ purpose)) {}

std::uint64_t Chance::Bits(std::uint64_t row, std::uint64_t nth) const {
  return Mixed(Mixed(key_ ^ row) ^ Mixed(nth + 0x51ED270B0A1F39C1ULL));
}

double Chance::Unit(std::uint64_t row, std::uint64_t nth) const {
  return (static_cast<double>(Bits(row, nth) >> 11) + 0.5) * 0x1p-53;
}

Shuffle::Shuffle(std::uint64_t size, std::uint64_t seed)
    : size_(size), step_(Mixed(seed) % size), offset_(Mixed(seed + 1) % size) {
  // Neighbours shall lie far apart: near the golden share of the whole.
  step_ = static_cast<std::uint64_t>(static_cast<double>(size) * 0.618) + step_ % (size / 8 + 1);
  step_ = step_ % size;
  while (std::gcd(step_, size_) != 1) step_ = (step_ + 1) % size_;
}

std::uint64_t Shuffle::At(std::uint64_t index) const {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(step_) * (index % size_) + offset_) % size_);
}

}  // namespace cairn::synthesis
