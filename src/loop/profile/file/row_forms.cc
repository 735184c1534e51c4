#include <algorithm>
#include <bit>
#include <cmath>

#include "loop/profile/file/forms.h"
#include "loop/profile/report/personal_data.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

/// What is saved of rows, at most.
constexpr std::size_t kSavedRows = 4096;
constexpr std::size_t kSavedTally = 16384;
/// Below this share of rows nothing can be said from them.
constexpr std::uint64_t kLeastBound = std::uint64_t{1} << 24;

}  // namespace

void RowTallyForm::Write(const RowTally& tally, ByteWriter& out) {
  RowTally saved = tally;
  saved.Settle();
  if (saved.entries_.size() > kSavedTally) saved.Shrink(kSavedTally);
  out.Fixed(saved.bound_);
  out.Count(saved.entries_.size());
  for (const Pair128& pair : saved.entries_) {
    const auto entry = RowTally::Unpacked(pair);
    out.Fixed(entry.features);
    out.Fixed(entry.label);
    out.Count(entry.rows);
  }
}

void RowTallyForm::Read(ByteReader& in, RowTally& tally) {
  tally.bound_ = in.Fixed<std::uint64_t>();
  if (tally.bound_ < kLeastBound) return in.Fail();
  for (std::size_t i = in.Many(13); i-- > 0 && in.sound();) {
    RowTally::Entry entry{};
    entry.features = in.Fixed<std::uint64_t>();
    entry.label = in.Fixed<std::uint32_t>();
    const std::uint64_t rows = in.Raw();
    if (rows == 0 || rows > std::numeric_limits<std::uint32_t>::max() || entry.features > tally.bound_)
      return in.Fail();
    entry.rows = static_cast<std::uint32_t>(rows);
    tally.entries_.push_back(RowTally::Packed(entry));
  }
  tally.fresh_ = tally.entries_.size();
}

void RowSampleForm::Write(Table& table, ByteWriter& out) {
  const RowSample saved = table.sample.Reduced(kSavedRows);
  out.Count(saved.order_.size());
  out.Count(saved.columns());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order = saved.order_;
  std::sort(order.begin(), order.end());
  for (const auto& [number, place] : order) out.Fixed(number);
  for (std::size_t i = 0; i < saved.columns(); ++i) {
    Column& column = table.columns[i];
    const bool hide = column.numbers() && !PersonalDataIn(column).empty();
    for (const auto& [number, place] : order) {
      const std::uint64_t cell = saved.cells_[i][place];
      // A number that looks personal becomes another one: equal ones stay equal, and that is all.
      const double shown = static_cast<double>(Spread(cell) >> 12);
      out.Fixed(hide && !std::isnan(std::bit_cast<double>(cell)) ? std::bit_cast<std::uint64_t>(shown)
                                                                 : cell);
    }
  }
}

void RowSampleForm::Read(ByteReader& in, Table& table) {
  const std::size_t rows = in.Many(8), columns = static_cast<std::size_t>(in.Count());
  if (columns != table.columns.size() || rows > static_cast<std::size_t>(table.rows)) return in.Fail();
  table.sample = RowSample(columns, kSavedRows);
  std::vector<std::uint64_t> numbers(rows);
  for (auto& number : numbers) number = in.Fixed<std::uint64_t>();
  if (!in.sound() || rows > kSavedRows || !std::is_sorted(numbers.begin(), numbers.end())) return in.Fail();
  for (const auto number : numbers) table.sample.Admit(number);
  for (std::size_t i = 0; i < columns && in.sound(); ++i) {
    for (std::size_t row = 0; row < rows; ++row) table.sample.Put(i, row, in.Fixed<std::uint64_t>());
  }
}

void MissingPatternsForm::Write(const MissingPatterns& patterns, ByteWriter& out) {
  out.Count(static_cast<std::uint64_t>(patterns.others_));
  const auto all = patterns.Patterns();
  out.Count(all.size());
  for (const auto& pattern : all) {
    out.Count(static_cast<std::uint64_t>(pattern.rows));
    out.Count(pattern.columns.size());
    for (const auto column : pattern.columns) out.Count(column);
  }
}

void MissingPatternsForm::Read(ByteReader& in, std::size_t columns, MissingPatterns& patterns) {
  patterns.others_ = in.Count();
  std::uint64_t sum = static_cast<std::uint64_t>(patterns.others_);
  for (std::size_t i = in.Many(2); i-- > 0 && in.sound();) {
    MissingPatterns::Pattern pattern;
    pattern.rows = in.Count();
    sum += static_cast<std::uint64_t>(pattern.rows);
    std::uint64_t hash = 0;
    for (std::size_t k = in.Many(1); k-- > 0 && in.sound();) {
      const std::uint64_t column = in.Raw();
      if (column >= columns || (!pattern.columns.empty() && column <= pattern.columns.back()))
        return in.Fail();
      pattern.columns.push_back(static_cast<std::uint32_t>(column));
      hash ^= MissingPatterns::Sign(column);
    }
    if (sum > kMostCounted) return in.Fail();
    patterns.Add(hash, pattern.rows, [&] { return pattern.columns; });
  }
}

void CoMomentsForm::Write(const Table& table, ByteWriter& out) {
  out.Count(table.correlated.size());
  for (const auto column : table.correlated) out.Count(column);
  for (const auto& pair : table.co_moments.pairs_) {
    out.Fixed(pair.rows);
    for (const long double mean : {pair.mean_x, pair.mean_y}) {
      out.Fixed(static_cast<double>(mean));
      out.Fixed(static_cast<double>(mean - static_cast<double>(mean)));
    }
    for (const double figure : {pair.xx, pair.yy, pair.xy}) out.Fixed(figure);
  }
}

void CoMomentsForm::Read(ByteReader& in, Table& table) {
  for (std::size_t i = in.Many(1); i-- > 0 && in.sound();) {
    const std::uint64_t column = in.Raw();
    const bool rises = table.correlated.empty() || column > table.correlated.back();
    if (column >= table.columns.size() || !rises || table.columns[column].kind() != ColumnKind::Number)
      return in.Fail();
    table.correlated.push_back(static_cast<std::size_t>(column));
  }
  if (table.correlated.size() > 4 * kMostCorrelated) return in.Fail();
  table.co_moments = CoMoments(table.correlated.size());
  for (auto& pair : table.co_moments.pairs_) {
    pair.rows = in.Fixed<double>();
    for (long double* mean : {&pair.mean_x, &pair.mean_y}) {
      *mean = in.Fixed<double>();
      *mean += in.Fixed<double>();
    }
    for (double* figure : {&pair.xx, &pair.yy, &pair.xy}) *figure = in.Fixed<double>();
    if (!(pair.rows >= 0 && pair.rows <= static_cast<double>(kMostCounted))) return in.Fail();
  }
}

void ShiftsForm::Write(const std::vector<Shifts>& shifts, ByteWriter& out) {
  for (const auto& one : shifts) {
    for (const auto& count : {one.same_, one.before_, one.next_}) {
      out.Count(static_cast<std::uint64_t>(count.equal));
      out.Count(static_cast<std::uint64_t>(count.asked));
    }
    out.Fixed(static_cast<std::uint8_t>(one.empty_ ? 1 : 0));
    for (const auto hash : {one.first_column_, one.first_target_, one.last_column_, one.last_target_})
      out.Fixed(hash);
  }
}

void ShiftsForm::Read(ByteReader& in, std::vector<Shifts>& shifts) {
  for (auto& one : shifts) {
    for (auto* count : {&one.same_, &one.before_, &one.next_}) {
      count->equal = in.Count();
      count->asked = in.Count();
      if (count->equal > count->asked) return in.Fail();
    }
    one.empty_ = in.Fixed<std::uint8_t>() != 0;
    for (auto* hash : {&one.first_column_, &one.first_target_, &one.last_column_, &one.last_target_})
      *hash = in.Fixed<std::uint64_t>();
  }
}

}  // namespace cairn::profile
