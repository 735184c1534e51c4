#include "loop/serving/traffic/chosen_rows.h"

namespace cairn::serving {
namespace {

std::uint64_t Mix(std::uint64_t value) {  // SplitMix64's
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

}  // namespace

std::uint64_t ChosenRows::KeyOf(std::string_view id) const {
  std::uint64_t hash = 0xCBF29CE484222325u ^ Mix(seed_ + 1);  // FNV-1a from a start that nobody knows
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return Mix(hash);
}

std::uint32_t ChosenRows::RowOf(std::uint64_t key, std::size_t rows) {
  return static_cast<std::uint32_t>(Mix(key + 1) % rows);
}

bool ChosenRows::Draws(std::uint64_t key, double chance) {
  return static_cast<double>(Mix(key + 2) >> 11) * 0x1p-53 < chance;
}

}  // namespace cairn::serving
