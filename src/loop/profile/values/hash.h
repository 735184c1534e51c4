#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

/// 64-bit hashes of values and rows. They stand in saved profiles, so they never change; 0 means "missing".
namespace cairn::profile {

inline std::uint64_t Fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD1B54A32D192ED03ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Spreads `value` over all bits.
inline std::uint64_t Spread(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

inline std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = Fold(text.size(), 0x8EBC6AF09C88C6E3ULL);
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    hash = Fold(hash, word);
    text.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, text.data(), text.size());
  hash = Fold(hash, rest);
  return hash == 0 ? 1 : hash;
}

/// Equal numbers have equal hashes, whether they are stored whole or as doubles.
inline std::uint64_t HashOf(double value) {
  const std::uint64_t hash = Spread(std::bit_cast<std::uint64_t>(value + 0.0) + 0x51ED270B0A1F39C1ULL);
  return hash == 0 ? 1 : hash;
}
inline std::uint64_t HashOf(std::int64_t value) {
  const auto real = static_cast<double>(value);
  if (std::fabs(real) <= 9007199254740992.0) return HashOf(real);
  const std::uint64_t hash = Spread(static_cast<std::uint64_t>(value) ^ 0xA0761D6478BD642FULL);
  return hash == 0 ? 1 : hash;
}

}  // namespace cairn::profile
