#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loop/profile/column/column.h"
#include "loop/profile/profile.h"
#include "loop/profile/rows/co_moments.h"
#include "loop/profile/rows/missing_patterns.h"
#include "loop/profile/rows/row_sample.h"
#include "loop/profile/rows/row_tally.h"
#include "loop/profile/table/crew.h"
#include "loop/profile/table/shifts.h"

namespace cairn::profile {

/// All that a profile knows of a table: its columns, and what only whole rows show.
struct Table {
  /// Empty, for rows of these columns.
  Table(const std::vector<tables::Field>& fields, const std::string& target_name, const Options& options);
  /// Nothing of it: for what is read from a saved profile.
  Table() : tally(0), sample(0, 0), co_moments(0) {}

  std::vector<Column> columns;
  std::optional<std::size_t> target;  ///< Index of the column to be predicted.
  std::int64_t rows = 0;
  RowTally tally;
  RowSample sample;
  MissingPatterns patterns;
  std::vector<std::size_t> correlated;  ///< Which columns `co_moments` is about.
  CoMoments co_moments;
  std::vector<Shifts> shifts;  ///< By column; empty without a target.

  Column* target_column() { return target ? &columns[*target] : nullptr; }
  Result<> Merge(Table& next);
};

/// Number columns whose correlations are computed, at most.
inline constexpr std::size_t kMostCorrelated = 64;

/// Reads chunks into a table, its columns in parallel.
class Intake {
 public:
  Intake(Table& table, Crew& crew);
  /// Reads the columns while the next chunk is fetched, and judges the rows while the columns of that one are
  /// read: a chunk must live until the call with the next one, or End, comes back.
  void Take(const tables::Chunk& chunk);
  /// After the last one: only then is `table` complete.
  void End();

 private:
  /// What was read of one chunk, for its rows to be judged.
  struct Side {
    std::vector<Slice> slices;
    std::vector<Centered> centered;
    std::size_t rows = 0;
  };
  void Begin(const tables::Chunk* chunk);
  void ReadColumn(const tables::Chunk& chunk, std::size_t column, Side& side);
  void JudgePart(std::size_t part, const Side& side);
  void JudgeRows(const Side& side);
  void FindShifts(const Side& side);
  void FindPatterns(const Side& side);

  Table& table_;
  Crew& crew_;
  std::vector<std::uint64_t> salts_;  ///< What tells one column's values from another's in the hash of a row.
  std::vector<std::size_t> centered_of_;  ///< Place of a column among the correlated ones, or npos.
  std::vector<std::size_t> order_;        ///< The columns, those that take longest first.
  Side sides_[2];                         ///< Of the chunk that is read, and of the one before.
  std::size_t reading_ = 0;               ///< Which is which.
  std::vector<std::uint64_t> features_, patterns_;
};

}  // namespace cairn::profile
