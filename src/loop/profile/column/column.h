#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/chunk.h"
#include "loop/profile/texts/texts.h"
#include "loop/profile/values/numbers.h"

namespace cairn::profile {

enum class ColumnKind { Number, Time, Category };
/// "number", "time", "category".
std::string_view NameOf(ColumnKind kind);

/// What one chunk holds in one column, in the forms that whole rows are judged by.
struct Slice {
  std::vector<double> numbers;        ///< Of numbers and times; NaN where missing.
  std::vector<std::uint64_t> hashes;  ///< 0 where missing.
  std::int64_t missing = 0;

  /// What a sample of rows keeps of one.
  std::uint64_t CellOf(std::size_t row) const;
};

/// All that is known of one column of a table that is being read. From one thread at a time.
class Column {
 public:
  /// `bytes` is what its values may take. Times after `now` count as future ones.
  Column(const tables::Field& field, std::size_t bytes, TimeMs now);

  void Take(const tables::Chunk& chunk, std::size_t column, Slice& slice);
  /// Unprocessable when one holds texts and the other numbers or times.
  Result<> Merge(Column& other);

  const std::string& name() const { return name_; }
  ColumnKind kind() const { return kind_; }
  /// As contracts name types: "integer", "number", "timestamp", "boolean", "string".
  std::string_view type() const;
  bool whole() const { return numbers_ && numbers_->kind() == Numbers::Kind::Whole; }
  std::int64_t rows() const { return rows_; }
  std::int64_t missing() const { return missing_; }
  std::int64_t not_a_number() const { return not_a_number_; }  ///< Missing ones that stood there as NaN.
  std::int64_t present() const { return rows_ - missing_; }
  TimeMs now() const { return now_; }
  std::int64_t future() const { return future_; }
  DistinctCount Distinct() { return numbers_ ? numbers_->Distinct() : texts_->Distinct(); }
  /// Whether distinct values, quantiles and counts are of all values rather than of sketches.
  bool exact() const { return numbers_ ? numbers_->exact() : texts_->exact(); }

  Numbers* numbers() { return numbers_ ? &*numbers_ : nullptr; }  ///< Of numbers and times, else null.
  Texts* texts() { return texts_ ? &*texts_ : nullptr; }          ///< Of categories, else null.
  /// The different days of a time column, in days since 1970.
  Multiset& days() { return *days_; }

 private:
  friend class ColumnForm;
  Column() = default;
  void TakeWhole(const tables::Chunk& chunk, std::size_t column, Slice& slice);
  void TakeReal(const tables::Chunk& chunk, std::size_t column, Slice& slice);
  void TakeTimes(const tables::Chunk& chunk, std::size_t column, Slice& slice);
  void TakeTexts(const tables::Chunk& chunk, std::size_t column, Slice& slice);
  void TakeTruths(const tables::Chunk& chunk, std::size_t column, Slice& slice);

  std::string name_;
  ColumnKind kind_ = ColumnKind::Category;
  bool boolean_ = false;
  TimeMs now_ = 0;
  std::int64_t rows_ = 0, missing_ = 0, not_a_number_ = 0, future_ = 0;
  std::optional<Numbers> numbers_;
  std::optional<Texts> texts_;
  std::optional<Multiset> days_;
};

}  // namespace cairn::profile
