#include "loop/contract/scan/key_bag.h"

#include <algorithm>
#include <bit>

namespace cairn::contract {

void KeyBag::Take(KeyBag& other) {
  for (std::size_t i = 0; i < kParts; ++i) {
    if (parts_[i].empty()) {
      parts_[i] = std::move(other.parts_[i]);
    } else {
      parts_[i].insert(parts_[i].end(), other.parts_[i].begin(), other.parts_[i].end());
    }
    other.parts_[i] = {};
  }
}

void KeyBag::Clear() {
  for (auto& part : parts_) part = {};
}

void KeyBag::Compact() {
  for (auto& part : parts_) {
    std::sort(part.begin(), part.end());
    part.erase(std::unique(part.begin(), part.end()), part.end());
  }
}

std::int64_t KeyBag::size() const {
  std::size_t size = 0;
  for (const auto& part : parts_) size += part.size();
  return static_cast<std::int64_t>(size);
}

KeyBag::Repeats KeyBag::Find() {
  Repeats repeats;
  for (auto& part : parts_) {
    FindIn(part, repeats);
    part = {};
  }
  return repeats;
}

/// An open table of one part's keys, at most half full, small enough to stay in the processor's cache.
void KeyBag::FindIn(const std::vector<std::uint64_t>& part, Repeats& repeats) {
  if (part.empty()) return;
  struct Place {
    std::uint64_t key = 0;
    std::uint32_t count = 0;
  };
  const std::size_t places = std::bit_ceil(part.size() * 2);
  std::vector<Place> table(places);
  for (const std::uint64_t key : part) {
    std::size_t at = key & (places - 1);
    while (table[at].count > 0 && table[at].key != key) at = (at + 1) & (places - 1);
    table[at].key = key;
    ++table[at].count;
    if (table[at].count == 1) ++repeats.distinct;
    if (table[at].count == 2) {
      repeats.keys.insert(key);
      ++repeats.count;
    }
    if (table[at].count >= 2) ++repeats.count;
  }
}

}  // namespace cairn::contract
