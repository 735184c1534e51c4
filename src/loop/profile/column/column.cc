#include "loop/profile/column/column.h"

#include <bit>
#include <cmath>
#include <limits>

#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr TimeMs kDay = 86'400'000;
/// Days are at most a few tens of thousands.
constexpr std::size_t kDayBytes = std::size_t{4} << 20;

ColumnKind KindOf(tables::Type type) {
  switch (type) {
    case tables::Type::Int:
    case tables::Type::Double:
      return ColumnKind::Number;
    case tables::Type::Time:
      return ColumnKind::Time;
    case tables::Type::Bool:
    case tables::Type::Text:
      return ColumnKind::Category;
  }
  return ColumnKind::Category;
}

/// Calls `take` with each row that has a value; gives how many have none.
template <class Take>
std::int64_t ForEachPresent(const tables::Chunk& chunk, std::size_t column, const Take& take) {
  const auto validity = chunk.Validity(column);
  const std::size_t rows = chunk.rows();
  if (validity.empty()) {
    for (std::size_t row = 0; row < rows; ++row) take(row);
    return 0;
  }
  std::int64_t missing = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (validity[row / 64] >> (row % 64) & 1)
      take(row);
    else
      ++missing;
  }
  return missing;
}

std::int64_t DayOf(TimeMs time) { return time / kDay - (time % kDay < 0 ? 1 : 0); }

}  // namespace

std::string_view NameOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::Number:
      return "number";
    case ColumnKind::Time:
      return "time";
    case ColumnKind::Category:
      return "category";
  }
  return "category";
}

std::uint64_t Slice::CellOf(std::size_t row) const {
  return numbers.empty() ? hashes[row] : std::bit_cast<std::uint64_t>(numbers[row]);
}

Column::Column(const tables::Field& field, std::size_t bytes, TimeMs now)
    : name_(field.name), kind_(KindOf(field.type)), boolean_(field.type == tables::Type::Bool), now_(now) {
  if (kind_ == ColumnKind::Category) {
    texts_.emplace(bytes);
  } else {
    numbers_.emplace(field.type == tables::Type::Double ? Numbers::Kind::Real : Numbers::Kind::Whole, bytes);
  }
  if (kind_ == ColumnKind::Time) days_.emplace(kDayBytes);
}

std::string_view Column::type() const {
  if (kind_ == ColumnKind::Time) return "timestamp";
  if (kind_ == ColumnKind::Number) return whole() ? "integer" : "number";
  return boolean_ ? "boolean" : "string";
}

void Column::Take(const tables::Chunk& chunk, std::size_t column, Slice& slice) {
  slice.hashes.assign(chunk.rows(), 0);
  slice.missing = 0;
  switch (chunk.fields()[column].type) {
    case tables::Type::Int:
      TakeWhole(chunk, column, slice);
      break;
    case tables::Type::Double:
      TakeReal(chunk, column, slice);
      break;
    case tables::Type::Time:
      TakeTimes(chunk, column, slice);
      break;
    case tables::Type::Bool:
    case tables::Type::Text:
      TakeTexts(chunk, column, slice);
      break;
  }
  rows_ += static_cast<std::int64_t>(chunk.rows());
  missing_ += slice.missing;
}

void Column::TakeWhole(const tables::Chunk& chunk, std::size_t column, Slice& slice) {
  slice.numbers.assign(chunk.rows(), kNan);
  const auto all = chunk.Ints(column);
  std::vector<std::int64_t> values(all.size());
  std::size_t present = 0;
  slice.missing = ForEachPresent(chunk, column, [&](std::size_t row) {
    values[present++] = all[row];
    slice.numbers[row] = static_cast<double>(all[row]);
    slice.hashes[row] = HashOf(all[row]);
  });
  numbers_->AddWhole(std::span(values).first(present));
}

void Column::TakeReal(const tables::Chunk& chunk, std::size_t column, Slice& slice) {
  slice.numbers.assign(chunk.rows(), kNan);
  const auto all = chunk.Doubles(column);
  std::vector<double> values(all.size());
  std::size_t present = 0;
  std::int64_t not_a_number = 0;
  slice.missing = ForEachPresent(chunk, column, [&](std::size_t row) {
    if (std::isnan(all[row])) {
      ++not_a_number;
      return;
    }
    values[present++] = all[row];
    slice.numbers[row] = all[row];
    slice.hashes[row] = HashOf(all[row]);
  });
  slice.missing += not_a_number;
  not_a_number_ += not_a_number;
  numbers_->AddReal(std::span(values).first(present));
}

void Column::TakeTimes(const tables::Chunk& chunk, std::size_t column, Slice& slice) {
  slice.numbers.assign(chunk.rows(), kNan);
  const auto all = chunk.Times(column);
  std::vector<std::int64_t> values, days;
  values.reserve(all.size());
  slice.missing = ForEachPresent(chunk, column, [&](std::size_t row) {
    values.push_back(all[row]);
    future_ += all[row] > now_ ? 1 : 0;
    if (const auto day = DayOf(all[row]); days.empty() || days.back() != day) days.push_back(day);
    slice.numbers[row] = static_cast<double>(all[row]);
    slice.hashes[row] = HashOf(all[row]);
  });
  numbers_->AddWhole(values);
  if (!days_->outgrown()) days_->Add(days);
}

void Column::TakeTexts(const tables::Chunk& chunk, std::size_t column, Slice& slice) {
  slice.numbers.clear();
  if (chunk.fields()[column].type == tables::Type::Bool) return TakeTruths(chunk, column, slice);
  std::vector<std::string_view> texts;
  chunk.Texts(column, texts);
  slice.missing =
      ForEachPresent(chunk, column, [&](std::size_t row) { slice.hashes[row] = texts_->Add(texts[row]); });
}

void Column::TakeTruths(const tables::Chunk& chunk, std::size_t column, Slice& slice) {
  static const std::uint64_t kHashes[2] = {HashOf(std::string_view("false")),
                                           HashOf(std::string_view("true"))};
  const auto all = chunk.Bools(column);
  std::int64_t rows[2] = {};
  slice.missing = ForEachPresent(chunk, column, [&](std::size_t row) {
    const std::size_t which = all[row] ? 1 : 0;
    ++rows[which];
    slice.hashes[row] = kHashes[which];
  });
  if (rows[0] > 0) texts_->AddRows("false", rows[0]);
  if (rows[1] > 0) texts_->AddRows("true", rows[1]);
}

Result<> Column::Merge(Column& other) {
  const bool fits = kind_ == other.kind_;
  if (!fits && present() > 0 && other.present() > 0) {
    return Error{Reason::Unprocessable,
                 "column '" + name_ + "' holds " + std::string(type()) + "s in one part and " +
                     std::string(other.type()) +
                     "s in the other: profile all files in one call, so that one type is found "
                     "for them together"};
  }
  if (!fits && present() == 0) {
    kind_ = other.kind_;
    boolean_ = other.boolean_;
    numbers_.reset(), texts_.reset(), days_.reset();
    if (other.numbers_) numbers_.emplace(std::move(*other.numbers_));
    if (other.texts_) texts_.emplace(std::move(*other.texts_));
    if (other.days_) days_.emplace(std::move(*other.days_));
  } else if (fits) {
    boolean_ = present() == 0 ? other.boolean_ : boolean_ && (other.boolean_ || other.present() == 0);
    if (numbers_) numbers_->Merge(*other.numbers_);
    if (texts_) texts_->Merge(*other.texts_);
    if (days_) days_->Add(other.days_->Counts());
  }
  rows_ += other.rows_;
  missing_ += other.missing_;
  not_a_number_ += other.not_a_number_;
  future_ += other.future_;
  return Done{};
}

}  // namespace cairn::profile
