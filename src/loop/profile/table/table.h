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
  /// Judges the rows of the last chunk: only then is `table` complete.
  ~Intake() { Finish(); }
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;
  /// What takes whole rows is done while the next chunk is fetched.
  void Take(const tables::Chunk& chunk);

 private:
  void Finish();
  void JudgeRows(std::size_t rows);
  void FindShifts();
  void FindPatterns(std::size_t rows);

  Table& table_;
  Crew& crew_;
  std::vector<std::uint64_t> salts_;  ///< What tells one column's values from another's in the hash of a row.
  std::vector<std::size_t> centered_of_;  ///< Place of a column among the correlated ones, or npos.
  std::vector<Slice> slices_;
  std::vector<Centered> centered_;
  std::vector<std::uint64_t> features_, patterns_;
  std::size_t judged_ = 0;  ///< Rows of the last chunk, which are being judged.
};

}  // namespace cairn::profile
