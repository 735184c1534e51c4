#include "loop/comparison/exact/radix_sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace cairn::comparison {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr int kDigitBits = 11;
constexpr int kPasses = (64 + kDigitBits - 1) / kDigitBits;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
/// Below this, comparing is as fast.
constexpr std::size_t kSmall = 2048;

/// Unsigned order of the keys is the numeric order of the doubles.
std::uint64_t KeyOf(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double ValueOf(std::uint64_t key) { return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key); }

std::size_t DigitOf(std::uint64_t key, int pass) {
  return static_cast<std::size_t>(key >> (pass * kDigitBits)) & (kDigits - 1);
}

}  // namespace

void Sort(std::vector<double>& values) {
  if (values.size() < kSmall) {
    std::sort(values.begin(), values.end());
    return;
  }
  std::vector<std::uint64_t> keys(values.size()), other(values.size());
  std::vector<std::array<std::size_t, kDigits>> counts(kPasses);
  for (std::size_t i = 0; i < values.size(); ++i) {
    keys[i] = KeyOf(values[i]);
    for (int pass = 0; pass < kPasses; ++pass)
      ++counts[static_cast<std::size_t>(pass)][DigitOf(keys[i], pass)];
  }
  for (int pass = 0; pass < kPasses; ++pass) {
    auto& next = counts[static_cast<std::size_t>(pass)];
    if (next[DigitOf(keys.front(), pass)] == keys.size()) continue;
    std::size_t begin = 0;
    for (std::size_t& slot : next) begin += std::exchange(slot, begin);
    for (const std::uint64_t key : keys) other[next[DigitOf(key, pass)]++] = key;
    keys.swap(other);
  }
  std::transform(keys.begin(), keys.end(), values.begin(), ValueOf);
}

}  // namespace cairn::comparison
