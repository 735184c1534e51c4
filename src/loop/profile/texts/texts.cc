#include "loop/profile/texts/texts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

/// Whether the first and the last bytes are the same: all of them, if `size` is at most two words.
template <class Word>
bool SameEnds(const char* a, const char* b, std::size_t size) {
  Word words[4];
  std::memcpy(&words[0], a, sizeof(Word));
  std::memcpy(&words[1], b, sizeof(Word));
  std::memcpy(&words[2], a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&words[3], b + size - sizeof(Word), sizeof(Word));
  return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
}

/// Of equal length. Most texts of a table are short, and a call takes longer than they do.
bool Same(const char* a, const char* b, std::size_t size) {
  if (size < sizeof(std::uint32_t) || size > 2 * sizeof(std::uint64_t)) return std::memcmp(a, b, size) == 0;
  return size < sizeof(std::uint64_t) ? SameEnds<std::uint32_t>(a, b, size)
                                      : SameEnds<std::uint64_t>(a, b, size);
}

constexpr TimeMs kNoTime = std::numeric_limits<TimeMs>::max();

}  // namespace

void Lengths::Add(std::int64_t length, std::int64_t word_count, std::int64_t times) {
  rows += times;
  characters += length * times;
  words += word_count * times;
  least = std::min(least, length);
  greatest = std::max(greatest, length);
  const auto place = length < 64 ? static_cast<std::size_t>(length)
                                 : 64 + std::bit_width(static_cast<std::uint64_t>(length)) - 7;
  of_length[std::min(place, of_length.size() - 1)] += times;
}

void Lengths::Merge(const Lengths& other) {
  rows += other.rows;
  characters += other.characters;
  words += other.words;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
  for (std::size_t i = 0; i < of_length.size(); ++i) of_length[i] += other.of_length[i];
}

Texts::Texts(std::size_t bytes)
    : bytes_(bytes), slots_(64), block_bytes_(std::clamp<std::size_t>(bytes / 16, 1024, 65536)) {
  dates_.fill({kNoTime, -kNoTime});
}

const char* Texts::Keep(std::string_view text) {
  // There may be no block yet.
  if (text.empty()) return "";
  if (text.size() > block_left_) {
    const std::size_t size = std::max(block_bytes_, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    block_left_ = size;
    used_ += size;
  }
  const std::size_t size = std::max(block_bytes_, block_left_);
  char* at = blocks_.back().get() + (size - block_left_);
  std::memcpy(at, text.data(), text.size());
  block_left_ -= text.size();
  return at;
}

void Texts::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = entries_[i].hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

Texts::Entry& Texts::EntryOf(std::string_view text, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    Entry& entry = entries_[slots_[at] - 1];
    if (entry.hash == hash && entry.size == text.size() && Same(entry.text, text.data(), text.size()))
      return entry;
  }
  const Marks marks = MarksOf(text);
  NoteDates(marks);
  entries_.push_back({hash, Keep(text), static_cast<std::uint32_t>(text.size()), marks.bits, marks.characters,
                      marks.words, 0, 0});
  slots_[at] = static_cast<std::uint32_t>(entries_.size());
  used_ += sizeof(Entry) + 2 * sizeof(std::uint32_t);
  if (entries_.size() * 2 > slots_.size()) Grow();
  return entries_.back();
}

void Texts::Note(const Marks& marks, std::int64_t rows) {
  // The next value most often looks like the one before.
  if (!last_marked_.second || last_marked_.first != marks.bits)
    last_marked_ = {marks.bits, &marked_[marks.bits]};
  *last_marked_.second += rows;
  lengths_.Add(marks.characters, marks.words, rows);
}

void Texts::Tell() {
  if (std::exchange(told_, true)) return;
  for (Entry& entry : entries_) {
    Marks marks;
    marks.bits = entry.marks, marks.characters = entry.characters, marks.words = entry.words;
    if (entry.rows > entry.told) Note(marks, entry.rows - entry.told);
    entry.told = entry.rows;
  }
}

void Texts::NoteDates(const Marks& marks) {
  for (std::size_t form = 0; form < kDateForms.size(); ++form) {
    if (!(marks.dates.forms >> form & 1U)) continue;
    dates_[form].first = std::min(dates_[form].first, marks.dates.times[form]);
    dates_[form].second = std::max(dates_[form].second, marks.dates.times[form]);
  }
}

std::uint64_t Texts::Add(std::string_view text) { return AddRows(text, 1); }

std::uint64_t Texts::AddRows(std::string_view text, std::int64_t rows) {
  const std::uint64_t hash = HashOf(text);
  if (frequent_) {
    const Marks marks = MarksOf(text);
    NoteDates(marks);
    AddUnkept(text, hash, marks, rows);
    return hash;
  }
  EntryOf(text, hash).rows += rows;
  told_ = false;
  // Half for the texts, half for the hashes that follow them.
  if (2 * used_ > bytes_) ToSketches();
  return hash;
}

void Texts::AddUnkept(std::string_view text, std::uint64_t hash, const Marks& marks, std::int64_t rows) {
  Note(marks, rows);
  frequent_->Add(text, rows);
  hll_->Add(text);
  if (!hashes_) return;
  const auto key = static_cast<std::int64_t>(hash);
  if (rows == 1)
    hashes_->Add(std::span(&key, 1));
  else
    hashes_->Add(Counted{{key}, {rows}});
  ShrinkHashes();
}

void Texts::ShrinkHashes() {
  if (hashes_ && hashes_->outgrown()) hashes_.reset();
}

void Texts::ToSketches() {
  Tell();
  frequent_.emplace();
  hll_.emplace();
  hashes_.emplace(bytes_);
  std::vector<std::pair<std::int64_t, std::int64_t>> hashed;
  for (const Entry& entry : entries_) {
    frequent_->Add(entry.view(), entry.rows);
    hll_->Add(entry.view());
    hashed.emplace_back(static_cast<std::int64_t>(entry.hash), entry.rows);
  }
  std::sort(hashed.begin(), hashed.end());
  Counted counted;
  for (const auto& [hash, rows] : hashed) {
    counted.keys.push_back(hash);
    counted.rows.push_back(rows);
  }
  hashes_->Add(counted);
  ShrinkHashes();
  std::vector<Entry>().swap(entries_);
  slots_ = std::vector<std::uint32_t>(64);
  blocks_.clear();
  block_left_ = used_ = 0;
}

void Texts::Merge(Texts& other) {
  Tell();
  other.Tell();
  if (!frequent_ && !other.frequent_) {
    lengths_.Merge(other.lengths_);
    for (const auto& [marks, rows] : other.marked_) marked_[marks] += rows;
    for (const Entry& entry : other.entries_) {
      Entry& own = EntryOf(entry.view(), entry.hash);
      own.told = own.rows += entry.rows;
    }
    if (2 * used_ > bytes_) ToSketches();
    return;
  }
  if (!frequent_) ToSketches();
  if (!other.frequent_) other.ToSketches();
  lengths_.Merge(other.lengths_);
  for (const auto& [marks, rows] : other.marked_) marked_[marks] += rows;
  for (std::size_t form = 0; form < dates_.size(); ++form) {
    dates_[form].first = std::min(dates_[form].first, other.dates_[form].first);
    dates_[form].second = std::max(dates_[form].second, other.dates_[form].second);
  }
  frequent_->Merge(*other.frequent_);
  hll_->Merge(*other.hll_);
  if (!other.hashes_) hashes_.reset();
  if (hashes_) hashes_->Add(other.hashes_->Counts());
  ShrinkHashes();
}

std::optional<std::vector<std::pair<std::string_view, std::int64_t>>> Texts::Exact() const {
  if (frequent_) return std::nullopt;
  std::vector<std::pair<std::string_view, std::int64_t>> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_) all.emplace_back(entry.view(), entry.rows);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<Frequent::Item> Texts::Top(std::size_t most) const {
  std::vector<Frequent::Item> items;
  if (frequent_) {
    items = frequent_->Items();
    if (items.size() > most) items.resize(most);
    return items;
  }
  auto all = *Exact();
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::partial_sort(all.begin(), end, all.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  for (auto at = all.begin(); at != end; ++at) items.push_back({std::string(at->first), at->second});
  return items;
}

DistinctCount Texts::Distinct() {
  if (!frequent_) return {static_cast<std::int64_t>(entries_.size()), 0};
  if (hashes_) return {static_cast<std::int64_t>(hashes_->Counts().keys.size()), 0};
  return {std::llround(std::min(hll_->Estimate(), 9e15)), Hll::StandardError()};
}

const Lengths& Texts::lengths() {
  Tell();
  return lengths_;
}

std::int64_t Texts::RowsMarked(std::uint32_t bits) {
  Tell();
  std::int64_t sum = 0;
  for (const auto& [marks, rows] : marked_) sum += (marks & bits) == bits ? rows : 0;
  return sum;
}

std::int64_t Texts::RowsMarkedAny(std::uint32_t bits) {
  Tell();
  std::int64_t sum = 0;
  for (const auto& [marks, rows] : marked_) sum += (marks & bits) != 0 ? rows : 0;
  return sum;
}

std::optional<std::pair<TimeMs, TimeMs>> Texts::DatesOf(std::size_t form) const {
  if (dates_[form].first == kNoTime) return std::nullopt;
  return dates_[form];
}

}  // namespace cairn::profile
