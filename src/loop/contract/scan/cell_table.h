#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ground/tables/chunk.h"
#include "loop/contract/scan/layout.h"

namespace cairn::contract {

/// What the rows of one chunk hold, column by column, found out when it is asked for, and once for all rules.
/// What a typed file says of whole columns is told without a cell for each value. For one thread; what is
/// given lives until the next Begin.
class CellTable {
 public:
  /// Of chunks that a Layout::Select of these columns gives.
  CellTable(const Layout& layout, const std::vector<std::size_t>& selected);

  /// From now on this chunk. It must outlive the asking.
  void Begin(const tables::Chunk& chunk, std::size_t first_row);
  std::size_t rows() const { return chunk_->rows(); }
  /// The number in the file of this chunk's first row, from 0; only where rows come in order.
  std::size_t first_row() const { return first_row_; }
  const Layout& layout() const { return layout_; }

  struct Counts {
    std::int64_t missing = 0;
    std::int64_t misfits = 0;  ///< Values that are not of the column's type.
  };
  Counts CountsOf(std::size_t column);
  const std::vector<Cell>& CellsOf(std::size_t column);
  /// The measures (Cell::Measure) of the values that are there, in the rows' order. Nothing unless all of
  /// them are numbers, times or truth values, and of the column's type.
  std::optional<std::span<const double>> MeasuresOf(std::size_t column);
  /// The cells' keys (KeyOf).
  const std::vector<std::uint64_t>& KeysOf(std::size_t column);

 private:
  struct Slot {
    std::size_t in_chunk = 0;
    bool counted = false, made = false, measured = false, keyed = false;
    Counts counts;
    std::vector<Cell> cells;
    std::span<const double> measures;  ///< The chunk's own, or `kept_measures`.
    std::vector<double> kept_measures;
    std::vector<std::uint64_t> keys;
    std::deque<Json> kept;
  };
  /// What the values of a storage are before they are settled; nothing when each must be looked at.
  static std::optional<Cell::Kind> KindOf(Layout::Storage storage);
  /// Whether all values of the column fit as they are, but for what is missing.
  bool IsPlain(const Layout::Column& about) const;
  template <class Read>
  void Fill(Slot& slot, const Read& read);
  void Make(const Layout::Column& about, Slot& slot);
  void MakePlain(const Layout::Column& about, Slot& slot);
  void Measure(const Layout::Column& about, Slot& slot);

  const Layout& layout_;
  const tables::Chunk* chunk_ = nullptr;
  std::size_t first_row_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::string_view> texts_;
};

}  // namespace cairn::contract
