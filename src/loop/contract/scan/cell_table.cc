#include "loop/contract/scan/cell_table.h"

#include <bit>
#include <cmath>

namespace cairn::contract {
namespace {

bool IsThere(std::span<const std::uint64_t> validity, std::size_t row) {
  return validity.empty() || (validity[row / 64] >> (row % 64) & 1);
}

std::int64_t NullsIn(std::span<const std::uint64_t> validity, std::size_t rows) {
  if (validity.empty()) return 0;
  std::size_t there = 0;
  for (std::size_t word = 0; word < rows / 64; ++word)
    there += static_cast<std::size_t>(std::popcount(validity[word]));
  if (rows % 64 != 0) {
    const std::uint64_t rest = (std::uint64_t{1} << (rows % 64)) - 1;
    there += static_cast<std::size_t>(std::popcount(validity[rows / 64] & rest));
  }
  return static_cast<std::int64_t>(rows - there);
}

bool HasNaN(std::span<const double> values) {
  std::size_t count = 0;
  for (const double value : values) count += std::isnan(value) ? 1 : 0;
  return count > 0;
}

}  // namespace

CellTable::CellTable(const Layout& layout, const std::vector<std::size_t>& selected)
    : layout_(layout), slots_(layout.columns().size()) {
  for (std::size_t i = 0; i < selected.size(); ++i) slots_[selected[i]].in_chunk = i;
}

void CellTable::Begin(const tables::Chunk& chunk, std::size_t first_row) {
  chunk_ = &chunk;
  first_row_ = first_row;
  for (Slot& slot : slots_) slot.counted = slot.made = slot.measured = slot.keyed = false;
}

std::optional<Cell::Kind> CellTable::KindOf(Layout::Storage storage) {
  switch (storage) {
    case Layout::Storage::Field:
    case Layout::Storage::Json:
      return std::nullopt;
    case Layout::Storage::Text:
      return Cell::Kind::Text;
    case Layout::Storage::Bool:
      return Cell::Kind::Bool;
    case Layout::Storage::Int:
      return Cell::Kind::Int;
    case Layout::Storage::Double:
      return Cell::Kind::Double;
    case Layout::Storage::Time:
      return Cell::Kind::Time;
  }
  return std::nullopt;
}

bool CellTable::IsPlain(const Layout::Column& about) const {
  const auto kind = KindOf(about.storage);
  return kind && about.reader.TakesAsItIs(*kind);
}

CellTable::Counts CellTable::CountsOf(std::size_t column) {
  Slot& slot = slots_[column];
  if (slot.counted) return slot.counts;
  const Layout::Column& about = layout_.columns()[column];
  if (!IsPlain(about)) {
    CellsOf(column);
  } else if (about.storage == Layout::Storage::Double) {
    Measure(about, slot);
  } else {
    slot.counts = {NullsIn(chunk_->Validity(slot.in_chunk), rows()), 0};
    slot.counted = true;
  }
  return slot.counts;
}

std::optional<std::span<const double>> CellTable::MeasuresOf(std::size_t column) {
  const Layout::Column& about = layout_.columns()[column];
  if (about.storage == Layout::Storage::Text || !IsPlain(about)) return std::nullopt;
  Slot& slot = slots_[column];
  if (!slot.measured) Measure(about, slot);
  return slot.measures;
}

void CellTable::Measure(const Layout::Column& about, Slot& slot) {
  const auto validity = chunk_->Validity(slot.in_chunk);
  const bool is_double = about.storage == Layout::Storage::Double;
  const auto take = [&](const auto& values, const auto& skip) {
    slot.kept_measures.clear();
    for (std::size_t row = 0; row < rows(); ++row) {
      const auto value = static_cast<double>(values[row]);
      if (IsThere(validity, row) && !skip(value)) slot.kept_measures.push_back(value);
    }
    slot.measures = slot.kept_measures;
  };
  const auto none = [](double) { return false; };
  if (is_double && validity.empty() && !HasNaN(chunk_->Doubles(slot.in_chunk))) {
    slot.measures = chunk_->Doubles(slot.in_chunk);
  } else if (is_double) {
    take(chunk_->Doubles(slot.in_chunk), [](double value) { return std::isnan(value); });
  } else if (about.storage == Layout::Storage::Int) {
    take(chunk_->Ints(slot.in_chunk), none);
  } else if (about.storage == Layout::Storage::Time) {
    take(chunk_->Times(slot.in_chunk), none);
  } else {
    take(chunk_->Bools(slot.in_chunk), none);
  }
  slot.measured = slot.counted = true;
  slot.counts = {static_cast<std::int64_t>(rows() - slot.measures.size()), 0};
}

const std::vector<Cell>& CellTable::CellsOf(std::size_t column) {
  Slot& slot = slots_[column];
  if (slot.made) return slot.cells;
  const Layout::Column& about = layout_.columns()[column];
  slot.cells.resize(rows());
  if (IsPlain(about))
    MakePlain(about, slot);
  else
    Make(about, slot);
  slot.made = true;
  return slot.cells;
}

const std::vector<std::uint64_t>& CellTable::KeysOf(std::size_t column) {
  Slot& slot = slots_[column];
  if (slot.keyed) return slot.keys;
  const auto& cells = CellsOf(column);
  slot.keys.resize(cells.size());
  for (std::size_t row = 0; row < cells.size(); ++row) slot.keys[row] = KeyOf(cells[row]);
  slot.keyed = true;
  return slot.keys;
}

template <class Read>
void CellTable::Fill(Slot& slot, const Read& read) {
  const auto validity = chunk_->Validity(slot.in_chunk);
  auto& cells = slot.cells;
  for (std::size_t row = 0; row < cells.size(); ++row)
    cells[row] = IsThere(validity, row) ? read(row) : Cell::Missing();
}

void CellTable::MakePlain(const Layout::Column& about, Slot& slot) {
  const std::size_t column = slot.in_chunk;
  switch (about.storage) {
    case Layout::Storage::Bool:
      return Fill(slot,
                  [bools = chunk_->Bools(column)](std::size_t row) { return Cell::Bool(bools[row] != 0); });
    case Layout::Storage::Int:
      return Fill(slot, [ints = chunk_->Ints(column)](std::size_t row) { return Cell::Int(ints[row]); });
    case Layout::Storage::Double:
      return Fill(slot, [doubles = chunk_->Doubles(column)](std::size_t row) {
        return std::isnan(doubles[row]) ? Cell::Missing() : Cell::Double(doubles[row]);
      });
    case Layout::Storage::Time:
      return Fill(slot, [times = chunk_->Times(column)](std::size_t row) { return Cell::Time(times[row]); });
    default:
      chunk_->Texts(column, texts_);
      return Fill(slot, [this](std::size_t row) { return Cell::Text(texts_[row]); });
  }
}

void CellTable::Make(const Layout::Column& about, Slot& slot) {
  const ValueReader& reader = about.reader;
  const std::size_t column = slot.in_chunk;
  slot.kept.clear();
  switch (about.storage) {
    case Layout::Storage::Field:
      chunk_->Texts(column, texts_);
      Fill(slot, [&](std::size_t row) { return reader.ReadField(texts_[row], slot.kept); });
      break;
    case Layout::Storage::Json:
      chunk_->Texts(column, texts_);
      Fill(slot, [&](std::size_t row) { return reader.ReadJson(texts_[row], slot.kept); });
      break;
    default:
      MakePlain(about, slot);
      for (Cell& cell : slot.cells) cell = reader.Settle(cell);
  }
  slot.counts = {};
  for (const Cell& cell : slot.cells) {
    slot.counts.missing += cell.kind == Cell::Kind::Missing ? 1 : 0;
    slot.counts.misfits += cell.fits ? 0 : 1;
  }
  slot.counted = true;
}

}  // namespace cairn::contract
