#include "loop/comparison/exact/radix_sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
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

std::size_t DigitOf(std::uint64_t key, std::size_t pass) {
  return static_cast<std::size_t>(key >> (kLowBits + static_cast<int>(pass) * kDigitBits)) & (kDigits - 1);
}

/// Sorts runs of equal upper bits by their lower ones. Few values share a run unless they lie in a narrow
/// band.
void SortRuns(std::vector<double>& values) {
  for (auto first = values.begin(); first != values.end();) {
    const std::uint64_t upper = KeyOf(*first) >> kLowBits;
    auto end = first + 1;
    bool ordered = true;
    for (; end != values.end() && KeyOf(*end) >> kLowBits == upper; ++end) ordered &= *(end - 1) <= *end;
    if (!ordered) std::sort(first, end);
    first = end;
  }
}

}  // namespace

void Sort(std::vector<double>& values) {
  if (values.size() < kSmall || values.size() > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(values.begin(), values.end());
    return;
  }
  std::array<std::array<std::uint32_t, kDigits>, kPasses> counts{};
  for (const double value : values) {
    for (std::size_t pass = 0; pass < kPasses; ++pass) ++counts[pass][DigitOf(KeyOf(value), pass)];
  }
  std::vector<double> other(values.size());
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    auto& next = counts[pass];
    if (next[DigitOf(KeyOf(values.front()), pass)] == values.size()) continue;
    std::uint32_t begin = 0;
    for (std::uint32_t& slot : next) begin += std::exchange(slot, begin);
    for (const double value : values) other[next[DigitOf(KeyOf(value), pass)]++] = value;
    values.swap(other);
  }
  SortRuns(values);
}

}  // namespace cairn::comparison
