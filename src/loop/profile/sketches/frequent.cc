#include "loop/profile/sketches/frequent.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

constexpr unsigned kLgMost = 10;
/// Three quarters of 1,024 slots, as the library fills them.
constexpr std::size_t kMost = (std::size_t{1} << kLgMost) / 4 * 3;
constexpr unsigned kLgLeast = 3;
constexpr std::size_t kHead = 32;

Error Broken(const std::string& why) {
  return {Reason::Corrupt, "the profile's sketch of frequent texts is damaged: " + why};
}

template <class Number>
void Put(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number At(std::string_view bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

/// Slots for so many items at three quarters full.
std::uint8_t LgSize(std::size_t items) {
  unsigned lg = kLgLeast;
  while ((std::size_t{3} << lg) / 4 < items) ++lg;
  return static_cast<std::uint8_t>(lg);
}

}  // namespace

Frequent Frequent::OfUnknown(std::int64_t rows) {
  Frequent sketch;
  sketch.rows_ = sketch.error_ = rows;
  return sketch;
}

std::uint16_t& Frequent::SlotOf(std::string_view text, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const Counter& counter = counters_[slots_[at] - 1U];
    if (counter.hash == hash && counter.text == text) break;
  }
  return slots_[at];
}

void Frequent::Add(std::string_view text, std::int64_t rows) {
  rows_ += rows;
  const std::uint64_t hash = HashOf(text);
  std::uint16_t& slot = SlotOf(text, hash);
  if (slot != 0) {
    counters_[slot - 1U].rows += rows;
    return;
  }
  counters_.push_back({hash, rows, std::string(text)});
  slot = static_cast<std::uint16_t>(counters_.size());
  if (counters_.size() > kMost) Purge();
}

/// Takes the median count off every counter and drops those that nothing is left of.
void Frequent::Purge() {
  std::vector<std::int64_t> counts;
  counts.reserve(counters_.size());
  for (const Counter& counter : counters_) counts.push_back(counter.rows);
  const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::nth_element(counts.begin(), middle, counts.end());
  const std::int64_t median = *middle;
  for (Counter& counter : counters_) counter.rows -= median;
  std::erase_if(counters_, [](const Counter& counter) { return counter.rows <= 0; });
  Rebuild();
  error_ += median;
}

void Frequent::Rebuild() {
  std::fill(slots_.begin(), slots_.end(), std::uint16_t{0});
  for (std::size_t i = 0; i < counters_.size(); ++i)
    SlotOf(counters_[i].text, counters_[i].hash) = static_cast<std::uint16_t>(i + 1);
}

void Frequent::Merge(const Frequent& other) {
  const std::int64_t rows = rows_ + other.rows_;
  for (const auto& item : other.Items()) Add(item.text, item.at_least);
  error_ += other.error_;
  rows_ = rows;
}

std::vector<Frequent::Item> Frequent::Items() const {
  std::vector<Item> items;
  for (const Counter& counter : counters_) items.push_back({counter.text, counter.rows});
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.at_least != b.at_least ? a.at_least > b.at_least : a.text < b.text;
  });
  return items;
}

std::string Frequent::Bytes() const {
  const auto items = Items();
  // Of rows that are all unlike each other no text may be left, and that they were there is known still.
  const bool empty = rows_ == 0;
  std::string bytes;
  for (const unsigned byte :
       {empty ? 1U : 4U, 1U, 10U, kLgMost, unsigned{LgSize(items.size())}, empty ? 5U : 0U, 0U, 0U})
    bytes += static_cast<char>(byte);
  if (empty) return bytes;
  Put(bytes, static_cast<std::uint32_t>(items.size()));
  Put(bytes, std::uint32_t{0});
  Put(bytes, rows_);
  Put(bytes, error_);
  for (const auto& item : items) Put(bytes, item.at_least);
  for (const auto& item : items) {
    Put(bytes, static_cast<std::uint32_t>(item.text.size()));
    bytes += item.text;
  }
  return bytes;
}

Result<Frequent> Frequent::FromBytes(std::string_view bytes) {
  Frequent sketch;
  if (bytes.size() < 8 || bytes[1] != 1 || bytes[2] != 10 || bytes[3] != kLgMost)
    return Broken("its head is not known");
  if (bytes[0] == 1 && bytes.size() == 8) return sketch;
  if (bytes[0] != 4 || bytes.size() < kHead) return Broken("it is cut off");
  const auto items = At<std::uint32_t>(bytes, 8);
  if (items > kMost || bytes.size() < kHead + 8 * std::size_t{items})
    return Broken("its counters are cut off");
  sketch.rows_ = At<std::int64_t>(bytes, 16);
  sketch.error_ = At<std::int64_t>(bytes, 24);
  if (sketch.rows_ < 0 || sketch.error_ < 0 || sketch.error_ > sketch.rows_)
    return Broken("its rows do not add up");
  std::size_t at = kHead + 8 * std::size_t{items};
  std::int64_t left = sketch.rows_;
  for (std::uint32_t i = 0; i < items; ++i) {
    const auto count = At<std::int64_t>(bytes, kHead + 8 * std::size_t{i});
    if (bytes.size() - at < 4) return Broken("its texts are cut off");
    const auto length = At<std::uint32_t>(bytes, at);
    if (bytes.size() - at - 4 < length) return Broken("its texts are cut off");
    if (count <= 0 || count > left) return Broken("its rows do not add up");
    left -= count;
    const std::string_view text = bytes.substr(at + 4, length);
    const std::uint64_t hash = HashOf(text);
    std::uint16_t& slot = sketch.SlotOf(text, hash);
    if (slot != 0) return Broken("a text stands in it twice");
    sketch.counters_.push_back({hash, count, std::string(text)});
    slot = static_cast<std::uint16_t>(sketch.counters_.size());
    at += 4 + length;
  }
  if (at != bytes.size()) return Broken("something follows it");
  return sketch;
}

}  // namespace cairn::profile
