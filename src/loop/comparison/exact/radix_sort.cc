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
/// The digits sorted by: the upper 33 bits, which are sign, exponent and 21 bits of the fraction.
constexpr std::size_t kPasses = 3;
constexpr int kLowBits = 64 - static_cast<int>(kPasses) * kDigitBits;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
/// Below this, comparing is as fast.
constexpr std::size_t kSmall = 2048;

/// Unsigned order of the keys is the numeric order of the doubles.
std::uint64_t KeyOf(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double ValueOf(std::uint64_t key) { return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key); }

std::size_t DigitOf(std::uint64_t key, std::size_t pass) {
  return static_cast<std::size_t>(key >> (kLowBits + static_cast<int>(pass) * kDigitBits)) & (kDigits - 1);
}

/// Sorts runs of equal upper bits by their lower ones. Few values share a run unless they lie in a narrow
/// band.
void SortRuns(std::vector<std::uint64_t>& keys) {
  for (std::size_t first = 0; first < keys.size();) {
    std::size_t end = first + 1;
    bool ordered = true;
    for (; end < keys.size() && keys[end] >> kLowBits == keys[first] >> kLowBits; ++end)
      ordered &= keys[end - 1] <= keys[end];
    if (!ordered) {
      std::sort(keys.begin() + static_cast<std::ptrdiff_t>(first),
                keys.begin() + static_cast<std::ptrdiff_t>(end));
    }
    first = end;
  }
}

}  // namespace

void Sort(std::vector<double>& values) {
  if (values.size() < kSmall) {
    std::sort(values.begin(), values.end());
    return;
  }
  std::vector<std::uint64_t> keys(values.size()), other(values.size());
  std::array<std::array<std::size_t, kDigits>, kPasses> counts{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    keys[i] = KeyOf(values[i]);
    for (std::size_t pass = 0; pass < kPasses; ++pass) ++counts[pass][DigitOf(keys[i], pass)];
  }
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    auto& next = counts[pass];
    if (next[DigitOf(keys.front(), pass)] == keys.size()) continue;
    std::size_t begin = 0;
    for (std::size_t& slot : next) begin += std::exchange(slot, begin);
    for (const std::uint64_t key : keys) other[next[DigitOf(key, pass)]++] = key;
    keys.swap(other);
  }
  SortRuns(keys);
  std::transform(keys.begin(), keys.end(), values.begin(), ValueOf);
}

}  // namespace cairn::comparison
