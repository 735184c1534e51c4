#include "loop/profile/table/table.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

/// Cells that a sample of rows may have, and its rows.
constexpr std::size_t kSampleCells = std::size_t{1} << 22;
constexpr std::size_t kLeastSample = 512;

/// Pairs of columns that one call of the crew correlates.
constexpr std::size_t kPairs = 32;
/// Calls that judge the rows of a chunk besides: see JudgePart.
constexpr std::size_t kJudgingParts = 3;

std::size_t PairParts(std::size_t pairs) { return (pairs + kPairs - 1) / kPairs; }

std::size_t SampleRows(std::size_t columns, const Options& options) {
  return std::clamp(kSampleCells / std::max<std::size_t>(columns, 1), kLeastSample, options.sample_rows);
}

std::size_t BytesOfColumn(std::size_t columns, const Options& options) {
  constexpr std::size_t kLeast = 16 << 10;
  return std::max<std::size_t>(kLeast, options.memory_bytes / 4 * 3 / std::max<std::size_t>(columns, 1));
}

Error OtherColumns(const std::string& why) {
  return {Reason::Unprocessable, "the two profiles are not of the same table: " + why};
}

}  // namespace

Table::Table(const std::vector<tables::Field>& fields, const std::string& target_name, const Options& options)
    : tally(options.memory_bytes / 8),
      sample(fields.size(), SampleRows(fields.size(), options)),
      co_moments(0) {
  columns.reserve(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    columns.emplace_back(fields[i], BytesOfColumn(fields.size(), options), options.now);
    if (fields[i].name == target_name && !target_name.empty()) target = i;
  }
  if (target) shifts.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool wanted = columns[i].kind() == ColumnKind::Number;
    if (wanted && (correlated.size() < kMostCorrelated || i == target)) correlated.push_back(i);
  }
  co_moments = CoMoments(correlated.size());
}

Result<> Table::Merge(Table& next) {
  if (columns.size() != next.columns.size())
    return OtherColumns("one has " + std::to_string(columns.size()) + " columns, the other " +
                        std::to_string(next.columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name() != next.columns[i].name())
      return OtherColumns("column " + std::to_string(i + 1) + " is '" + columns[i].name() + "' in one and '" +
                          next.columns[i].name() + "' in the other");
  }
  if (target != next.target) return OtherColumns("their targets differ; profile both with the same --target");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool numbers = columns[i].numbers() != nullptr, others = next.columns[i].numbers() != nullptr;
    const std::uint64_t none = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    if (numbers != others && columns[i].present() == 0) sample.Blank(i, others ? none : 0);
    if (numbers != others && columns[i].present() > 0) next.sample.Blank(i, numbers ? none : 0);
    CAIRN_TRY(columns[i].Merge(next.columns[i]));
  }
  std::vector<std::size_t> both;
  std::set_union(correlated.begin(), correlated.end(), next.correlated.begin(), next.correlated.end(),
                 std::back_inserter(both));
  // What held no value in one part, and was taken for numbers, may be something else in the other.
  std::erase_if(both, [&](std::size_t column) { return columns[column].kind() != ColumnKind::Number; });
  const auto placed = [&](const Table& table) {
    std::vector<std::size_t> places;
    for (const auto column : table.correlated)
      places.push_back(static_cast<std::size_t>(std::find(both.begin(), both.end(), column) - both.begin()));
    return table.co_moments.Placed(places, both.size());
  };
  CoMoments moments = placed(*this);
  moments.Merge(placed(next));
  co_moments = std::move(moments);
  correlated = std::move(both);
  rows += next.rows;
  tally.Merge(next.tally);
  sample.Merge(next.sample);
  patterns.Merge(next.patterns);
  for (std::size_t i = 0; i < shifts.size(); ++i) shifts[i].Append(next.shifts[i]);
  return Done{};
}

Intake::Intake(Table& table, Crew& crew)
    : table_(table), crew_(crew), centered_of_(table.columns.size(), std::string::npos) {
  for (const Column& column : table.columns) salts_.push_back(HashOf(column.name()));
  for (std::size_t i = 0; i < table.correlated.size(); ++i) centered_of_[table.correlated[i]] = i;
  for (Side& side : sides_) {
    side.slices.resize(table.columns.size());
    side.centered.resize(table.correlated.size());
  }
  for (const bool texts : {true, false}) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if ((table.columns[i].kind() == ColumnKind::Category) == texts) order_.push_back(i);
    }
  }
}

void Intake::Take(const tables::Chunk& chunk) { Begin(&chunk); }

void Intake::End() {
  Begin(nullptr);
  Begin(nullptr);
}

/// Sets the crew about the columns of `chunk`, if there is one, and the rows of the one before.
void Intake::Begin(const tables::Chunk* chunk) {
  crew_.Finish();
  Side &next = sides_[1 - reading_], &last = sides_[reading_];
  table_.rows += static_cast<std::int64_t>(std::exchange(next.rows, 0));
  reading_ = 1 - reading_;
  next.rows = chunk ? chunk->rows() : 0;
  const std::size_t columns = chunk ? order_.size() : 0;
  const std::size_t parts = last.rows == 0 ? 0 : kJudgingParts + PairParts(table_.co_moments.pairs());
  crew_.Begin(columns + parts, [this, chunk, columns, &next, &last](std::size_t task) {
    if (task < columns)
      ReadColumn(*chunk, order_[task], next);
    else
      JudgePart(task - columns, last);
  });
}

void Intake::ReadColumn(const tables::Chunk& chunk, std::size_t column, Side& side) {
  Slice& slice = side.slices[column];
  table_.columns[column].Take(chunk, column, slice);
  if (const auto place = centered_of_[column]; place != std::string::npos)
    side.centered[place].Take(slice.numbers);
}

void Intake::JudgePart(std::size_t part, const Side& side) {
  if (part == 0) return JudgeRows(side);
  if (part == 1) return FindShifts(side);
  if (part == 2) return FindPatterns(side);
  const std::size_t first = (part - kJudgingParts) * kPairs;
  for (std::size_t pair = first; pair < std::min(table_.co_moments.pairs(), first + kPairs); ++pair)
    table_.co_moments.AddPair(pair, side.centered, side.rows);
}

void Intake::JudgeRows(const Side& side) {
  const std::size_t rows = side.rows;
  features_.assign(rows, 0);
  for (std::size_t i = 0; i < side.slices.size(); ++i) {
    if (table_.target == i) continue;
    for (std::size_t row = 0; row < rows; ++row)
      features_[row] += Fold(side.slices[i].hashes[row], salts_[i]);
  }
  const std::vector<std::uint64_t>* labels = table_.target ? &side.slices[*table_.target].hashes : nullptr;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint64_t hash = Spread(features_[row]), label = labels ? (*labels)[row] : 0;
    table_.tally.Add(hash, static_cast<std::uint32_t>(label));
    const std::uint64_t ordinal = static_cast<std::uint64_t>(table_.rows) + row;
    const std::uint64_t number = Spread(hash ^ label ^ Spread(ordinal));
    if (!table_.sample.Wants(number)) continue;
    const std::size_t place = table_.sample.Admit(number);
    for (std::size_t i = 0; i < side.slices.size(); ++i)
      table_.sample.Put(i, place, side.slices[i].CellOf(row));
  }
}

void Intake::FindShifts(const Side& side) {
  if (!table_.target) return;
  const Slice& labels = side.slices[*table_.target];
  for (std::size_t i = 0; i < side.slices.size(); ++i) {
    const bool whole = side.slices[i].missing == 0 && labels.missing == 0;
    if (i != table_.target) table_.shifts[i].Add(side.slices[i].hashes, labels.hashes, whole);
  }
}

void Intake::FindPatterns(const Side& side) {
  const std::size_t rows = side.rows;
  patterns_.assign(rows, 0);
  bool any = false;
  for (std::size_t i = 0; i < side.slices.size(); ++i) {
    if (side.slices[i].missing == 0) continue;
    any = true;
    const std::uint64_t sign = MissingPatterns::Sign(i);
    for (std::size_t row = 0; row < rows; ++row) patterns_[row] ^= side.slices[i].hashes[row] == 0 ? sign : 0;
  }
  const auto columns_of = [&](std::size_t row) {
    std::vector<std::uint32_t> columns;
    for (std::size_t i = 0; i < side.slices.size(); ++i) {
      if (side.slices[i].hashes[row] == 0) columns.push_back(static_cast<std::uint32_t>(i));
    }
    return columns;
  };
  if (!any)
    return table_.patterns.Add(0, static_cast<std::int64_t>(rows),
                               [] { return std::vector<std::uint32_t>(); });
  for (std::size_t row = 0; row < rows; ++row)
    table_.patterns.Add(patterns_[row], 1, [&] { return columns_of(row); });
}

}  // namespace cairn::profile
