#include "loop/contract/scan/repeats.h"

#include "loop/contract/scan/figures.h"

namespace cairn::contract {
namespace {

/// With so many rows under repeated keys, chance has no part in it, and they are not remembered one by one.
constexpr std::int64_t kMostSeen = 2'000'000;

}  // namespace

std::optional<std::uint64_t> UniqueGauge::KeyIn(CellTable& cells, std::size_t row) const {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (cells.CellsOf(columns_[i])[row].kind == Cell::Kind::Missing) return std::nullopt;
    const std::uint64_t next = cells.KeysOf(columns_[i])[row];
    key = i == 0 ? next : Together(key, next);
  }
  return key;
}

void UniqueGauge::Take(CellTable& cells) {
  rows_.assign(cells.rows(), {});
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& values = cells.CellsOf(columns_[i]);
    const auto& keys = cells.KeysOf(columns_[i]);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      rows_[row].whole = rows_[row].whole && values[row].kind != Cell::Kind::Missing;
      rows_[row].key = i == 0 ? keys[row] : Together(rows_[row].key, keys[row]);
    }
  }
  for (const Row& row : rows_) {
    if (!row.whole) continue;
    ++considered_;
    if (!too_many_) bag_.Add(row.key);
  }
  if (share_.to - share_.from == 256 && considered_ > kMostKeys) {
    too_many_ = true;
    bag_.Clear();
  }
}

void UniqueGauge::Merge(Gauge& other) {
  auto& same = dynamic_cast<UniqueGauge&>(other);
  considered_ += same.considered_;
  too_many_ = too_many_ || same.too_many_ || (share_.to - share_.from == 256 && considered_ > kMostKeys);
  if (too_many_)
    bag_.Clear();
  else
    bag_.Take(same.bag_);
}

std::vector<std::unique_ptr<UniqueGauge>> UniqueGauge::Rounds() const {
  std::vector<std::unique_ptr<UniqueGauge>> rounds;
  const auto count = static_cast<std::uint64_t>(considered_ / kMostKeys + 1);
  const std::uint64_t step = std::max<std::uint64_t>(1, 256 / count);
  for (std::uint64_t from = 0; from < 256; from += step)
    rounds.push_back(std::make_unique<UniqueGauge>(
        columns_, count_values_, KeyBag::Share{from, std::min<std::uint64_t>(256, from + step)}));
  return rounds;
}

void UniqueGauge::AddRound(UniqueGauge& round) {
  round.FindRepeats();
  found_ = true;
  too_many_ = false;
  repeats_.count += round.repeats_.count;
  repeats_.distinct += round.repeats_.distinct;
  repeats_.keys.merge(round.repeats_.keys);
}

void UniqueGauge::FindRepeats() {
  if (found_) return;
  repeats_ = bag_.Find();
  found_ = true;
}

Finding UniqueGauge::Tell(std::int64_t) {
  FindRepeats();
  sure_ = repeats_.count > 0 && repeats_.count <= kMostSeen;
  Finding finding{considered_, repeats_.count, {}, {}, {}, ""};
  if (count_values_) finding.figure = static_cast<double>(repeats_.keys.size());
  return finding;
}

std::string UniqueGauge::TextIn(CellTable& cells, std::size_t row) const {
  std::string text;
  for (const std::size_t column : columns_) {
    const std::string part = PlainText(cells.CellsOf(column)[row]);
    text += std::to_string(part.size()) + ":" + part;
  }
  return text;
}

bool UniqueGauge::Breaks(CellTable& cells, std::size_t row) {
  const auto key = KeyIn(cells, row);
  if (!key || repeats_.keys.find(*key) == repeats_.keys.end()) return false;
  // The first of its kind is no example yet: it may only share the key.
  return !sure_ || ++seen_[TextIn(cells, row)] > 1;
}

void UniqueGauge::Correct(Finding& finding) const {
  if (!sure_) return;
  finding.unexpected = 0;
  std::int64_t values = 0;
  for (const auto& [text, count] : seen_) {
    finding.unexpected += count > 1 ? count : 0;
    values += count > 1 ? 1 : 0;
  }
  if (count_values_) finding.figure = static_cast<double>(values);
}

Result<std::unique_ptr<Gauge>> MakeUniqueGauge(const Unique& test, std::vector<std::size_t> columns) {
  return std::unique_ptr<Gauge>(std::make_unique<UniqueGauge>(std::move(columns), test.count_values));
}

}  // namespace cairn::contract
