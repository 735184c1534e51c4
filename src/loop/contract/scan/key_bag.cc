#include "loop/contract/scan/key_bag.h"

#include <algorithm>
#include <bit>
#include <iterator>

namespace cairn::contract {

void KeyBag::Part::Take(Part& other) {
  // The last block may have room; it must stay the last.
  const auto place = blocks_.empty() ? blocks_.end() : blocks_.end() - 1;
  blocks_.insert(place, std::make_move_iterator(other.blocks_.begin()),
                 std::make_move_iterator(other.blocks_.end()));
  other.blocks_.clear();
}

std::size_t KeyBag::Part::size() const {
  std::size_t size = 0;
  for (const auto& block : blocks_) size += block->count;
  return size;
}

void KeyBag::Take(KeyBag& other) {
  for (std::size_t i = 0; i < kParts; ++i) parts_[i].Take(other.parts_[i]);
}

void KeyBag::Clear() {
  for (auto& part : parts_) part = {};
}

void KeyBag::Compact() {
  std::vector<std::uint64_t> keys;
  for (auto& part : parts_) {
    keys.clear();
    part.ForEach([&](std::uint64_t key) { keys.push_back(key); });
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    part = {};
    for (const std::uint64_t key : keys) part.Add(key);
  }
}

std::int64_t KeyBag::size() const {
  std::size_t size = 0;
  for (const auto& part : parts_) size += part.size();
  return static_cast<std::int64_t>(size);
}

KeyBag::Repeats KeyBag::Find() {
  Repeats repeats;
  std::vector<Place> table;
  for (auto& part : parts_) {
    FindIn(part, table, repeats);
    part = {};
  }
  return repeats;
}

/// An open table of one part's keys, at most half full, small enough to stay in the processor's cache.
void KeyBag::FindIn(const Part& part, std::vector<Place>& table, Repeats& repeats) {
  const std::size_t size = part.size();
  if (size == 0) return;
  const std::size_t places = std::bit_ceil(size * 2);
  table.assign(places, Place{});
  part.ForEach([&](std::uint64_t key) {
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
  });
}

}  // namespace cairn::contract
