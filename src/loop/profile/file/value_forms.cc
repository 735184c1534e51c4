#include <algorithm>
#include <cmath>

#include "loop/profile/file/forms.h"
#include "loop/profile/report/personal_data.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

/// Different values that are saved as they are; more become sketches.
constexpr std::size_t kSavedNumbers = 4096;
constexpr std::size_t kSavedTexts = 1024;
constexpr std::size_t kSavedTextBytes = 64 << 10;

enum class State : std::uint8_t { Exact = 0, Sketched = 1, Withheld = 2 };

Error Broken() { return {Reason::Corrupt, "the saved profile is damaged: a column's part makes no sense"}; }

void WriteCounted(const Counted& counted, ByteWriter& out) {
  out.Count(counted.keys.size());
  std::int64_t last = 0;
  for (std::size_t i = 0; i < counted.keys.size(); ++i) {
    if (i == 0) {
      out.Fixed(counted.keys[i]);
    } else {
      out.Count(static_cast<std::uint64_t>(counted.keys[i]) - static_cast<std::uint64_t>(last));
    }
    last = counted.keys[i];
    out.Count(static_cast<std::uint64_t>(counted.RowsOf(i)));
  }
}

Counted ReadCounted(ByteReader& in) {
  Counted counted;
  const std::size_t keys = in.Many(2);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < keys && in.sound(); ++i) {
    std::int64_t key = 0;
    if (i == 0) {
      key = in.Fixed<std::int64_t>();
    } else {
      const std::uint64_t room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) -
                                 static_cast<std::uint64_t>(counted.keys.back());
      const std::uint64_t step = in.Raw();
      if (step == 0 || step > room) in.Fail();
      key = static_cast<std::int64_t>(static_cast<std::uint64_t>(counted.keys.back()) + step);
    }
    counted.keys.push_back(key);
    counted.rows.push_back(in.Count());
    sum += static_cast<std::uint64_t>(counted.rows.back());
    if (counted.rows.back() == 0 || sum > kMostCounted) in.Fail();
  }
  return in.sound() ? counted : Counted();
}

std::int64_t RowsOf(const Counted& counted) {
  std::int64_t sum = 0;
  for (const auto rows : counted.rows) sum += rows;
  return sum;
}

void WriteMoments(const Moments& moments, ByteWriter& out) {
  const auto saved = moments.Save();
  out.Count(static_cast<std::uint64_t>(saved.rows));
  for (const double figure : saved.figures) out.Fixed(figure);
}

Moments ReadMoments(ByteReader& in) {
  Moments::Saved saved;
  saved.rows = in.Count();
  for (double& figure : saved.figures) figure = in.Fixed<double>();
  return Moments::Restore(saved);
}

}  // namespace

void NumbersForm::Write(Numbers& numbers, Values values, ByteWriter& out) {
  out.Fixed(static_cast<std::uint8_t>(numbers.kind_));
  WriteMoments(numbers.moments_, out);
  const bool withheld = values == Values::Withhold || numbers.withheld_;
  constexpr double kNone = std::numeric_limits<double>::infinity();
  out.Fixed(withheld ? kNone : numbers.least_);
  out.Fixed(withheld ? -kNone : numbers.greatest_);
  for (const auto count : {numbers.plus_, numbers.minus_, numbers.zeros_, numbers.negatives_, numbers.cards_,
                           numbers.card_long_})
    out.Count(static_cast<std::uint64_t>(count));
  const Counted* exact = numbers.Exact();
  if (!withheld && exact && exact->keys.size() <= kSavedNumbers) {
    out.Fixed(static_cast<std::uint8_t>(State::Exact));
    return WriteCounted(*exact, out);
  }
  Numbers sketched(numbers.kind_, 0);
  if (exact) sketched.ToSketches(*exact);
  out.Fixed(static_cast<std::uint8_t>(withheld ? State::Withheld : State::Sketched));
  out.Text((exact ? sketched : numbers).hll_->Bytes());
  if (!withheld) out.Text((exact ? sketched : numbers).kll_->Bytes());
}

Result<Numbers> NumbersForm::Read(ByteReader& in, std::size_t bytes) {
  const auto kind = in.Fixed<std::uint8_t>();
  if (kind > 1) return Broken();
  Numbers numbers(kind == 0 ? Numbers::Kind::Whole : Numbers::Kind::Real, bytes);
  numbers.moments_ = ReadMoments(in);
  numbers.least_ = in.Fixed<double>();
  numbers.greatest_ = in.Fixed<double>();
  for (auto* count : {&numbers.plus_, &numbers.minus_, &numbers.zeros_, &numbers.negatives_, &numbers.cards_,
                      &numbers.card_long_})
    *count = in.Count();
  const auto state = in.Fixed<std::uint8_t>();
  if (!in.sound() || state > 2 || std::isnan(numbers.least_) || std::isnan(numbers.greatest_))
    return Broken();
  if (State{state} == State::Exact) {
    const Counted counted = ReadCounted(in);
    if (!in.sound() || RowsOf(counted) != numbers.moments_.rows()) return Broken();
    for (const auto key : counted.keys) {
      if (kind == 1 && !std::isfinite(RealOf(key))) return Broken();
    }
    numbers.values_.Add(counted);
    return numbers;
  }
  numbers.hll_.emplace(CAIRN_TRY(Hll::FromBytes(in.Text())));
  numbers.kll_.emplace();
  numbers.withheld_ = State{state} == State::Withheld;
  if (numbers.withheld_) return numbers;
  numbers.kll_.emplace(CAIRN_TRY(Kll::FromBytes(in.Text())));
  if (numbers.kll_->rows() != static_cast<std::uint64_t>(numbers.moments_.rows())) return Broken();
  return numbers;
}

void TextsForm::Write(Texts& texts, Values values, ByteWriter& out) {
  const Lengths& lengths = texts.lengths();
  for (const auto count : {lengths.rows, lengths.characters, lengths.words,
                           lengths.rows == 0 ? 0 : lengths.least, lengths.greatest})
    out.Count(static_cast<std::uint64_t>(count));
  for (const auto count : lengths.of_length) out.Count(static_cast<std::uint64_t>(count));
  out.Count(texts.marked_.size());
  for (const auto& [marks, rows] : texts.marked_) {
    out.Count(marks);
    out.Count(static_cast<std::uint64_t>(rows));
  }
  for (const auto& [first, last] : texts.dates_) {
    out.Fixed(values == Values::Withhold ? std::numeric_limits<TimeMs>::max() : first);
    out.Fixed(values == Values::Withhold ? -std::numeric_limits<TimeMs>::max() : last);
  }
  std::size_t bytes = 0;
  for (const auto& entry : texts.entries_) bytes += entry.size;
  if (values == Values::Keep && texts.exact() && texts.entries_.size() <= kSavedTexts &&
      bytes <= kSavedTextBytes) {
    out.Fixed(static_cast<std::uint8_t>(State::Exact));
    const auto all = *texts.Exact();
    out.Count(all.size());
    for (const auto& [text, rows] : all) {
      out.Text(text);
      out.Count(static_cast<std::uint64_t>(rows));
    }
    return;
  }
  Frequent frequent;
  Hll hll;
  Counted hashes;
  if (texts.exact()) {
    std::vector<std::pair<std::int64_t, std::int64_t>> hashed;
    // In byte order, so that one profile has one form.
    const auto all = *texts.Exact();
    for (const auto& [text, rows] : all) {
      if (values == Values::Keep) frequent.Add(text, rows);
      hll.Add(text);
      hashed.emplace_back(static_cast<std::int64_t>(HashOf(text)), rows);
    }
    std::sort(hashed.begin(), hashed.end());
    for (const auto& [hash, rows] : hashed) {
      hashes.keys.push_back(hash);
      hashes.rows.push_back(rows);
    }
  } else if (texts.hashes_) {
    hashes = texts.hashes_->Counts();
  }
  const bool counted = (texts.exact() || texts.hashes_) && hashes.keys.size() <= kSavedNumbers;
  out.Fixed(static_cast<std::uint8_t>(values == Values::Keep ? State::Sketched : State::Withheld));
  out.Text((texts.exact() ? hll : *texts.hll_).Bytes());
  if (values == Values::Keep) out.Text((texts.exact() ? frequent : *texts.frequent_).Bytes());
  out.Fixed(static_cast<std::uint8_t>(counted ? 1 : 0));
  if (counted) WriteCounted(hashes, out);
}

Result<Texts> TextsForm::Read(ByteReader& in, std::size_t bytes) {
  Texts texts(bytes);
  Lengths& lengths = texts.lengths_;
  for (auto* count : {&lengths.rows, &lengths.characters, &lengths.words, &lengths.least, &lengths.greatest})
    *count = in.Count();
  if (lengths.rows == 0) lengths.least = std::numeric_limits<std::int64_t>::max();
  for (auto& count : lengths.of_length) count = in.Count();
  std::uint64_t marked = 0;
  for (std::size_t i = in.Many(2); i-- > 0 && in.sound();) {
    const auto marks = static_cast<std::uint32_t>(in.Raw());
    const std::int64_t rows = in.Count();
    texts.marked_[marks] += rows;
    if ((marked += static_cast<std::uint64_t>(rows)) > kMostCounted) in.Fail();
  }
  for (auto& [first, last] : texts.dates_) {
    first = in.Fixed<TimeMs>();
    last = in.Fixed<TimeMs>();
  }
  const auto state = in.Fixed<std::uint8_t>();
  if (!in.sound() || state > 2 || marked != static_cast<std::uint64_t>(lengths.rows)) return Broken();
  if (State{state} == State::Exact) {
    std::int64_t sum = 0;
    for (std::size_t i = in.Many(2); i-- > 0 && in.sound();) {
      const auto text = in.Text();
      const std::int64_t rows = in.Count();
      if (sum > lengths.rows || rows == 0) return Broken();
      auto& entry = texts.EntryOf(text, HashOf(text));
      entry.told = entry.rows += rows;
      sum += rows;
    }
    if (!in.sound() || sum != lengths.rows) return Broken();
    return texts;
  }
  texts.hll_.emplace(CAIRN_TRY(Hll::FromBytes(in.Text())));
  texts.frequent_.emplace(State{state} == State::Withheld ? Frequent::OfUnknown(lengths.rows)
                                                          : CAIRN_TRY(Frequent::FromBytes(in.Text())));
  // Of rows that were all unlike each other a sketch without anything in it was written once.
  if (texts.frequent_->rows() == 0) texts.frequent_ = Frequent::OfUnknown(lengths.rows);
  if (in.Fixed<std::uint8_t>() == 1) {
    texts.hashes_.emplace(bytes);
    texts.hashes_->Add(ReadCounted(in));
  }
  if (!in.sound() || texts.frequent_->rows() != lengths.rows) return Broken();
  return texts;
}

void ColumnForm::Write(Column& column, ByteWriter& out) {
  const Values values = PersonalDataIn(column).empty() ? Values::Keep : Values::Withhold;
  out.Text(column.name_);
  out.Fixed(static_cast<std::uint8_t>(column.kind_));
  out.Fixed(static_cast<std::uint8_t>(column.boolean_ ? 1 : 0));
  out.Fixed(column.now_);
  for (const auto count : {column.rows_, column.missing_, column.not_a_number_, column.future_})
    out.Count(static_cast<std::uint64_t>(count));
  if (column.numbers_) NumbersForm::Write(*column.numbers_, values, out);
  if (column.texts_) TextsForm::Write(*column.texts_, values, out);
  if (column.days_) WriteCounted(column.days_->Counts(), out);
}

Result<Column> ColumnForm::Read(ByteReader& in, std::size_t bytes) {
  constexpr std::size_t kDayBytes = std::size_t{4} << 20;
  Column column;
  column.name_ = in.Text();
  const auto kind = in.Fixed<std::uint8_t>();
  if (kind > 2) return Broken();
  column.kind_ = static_cast<ColumnKind>(kind);
  column.boolean_ = in.Fixed<std::uint8_t>() == 1;
  column.now_ = in.Fixed<TimeMs>();
  for (auto* count : {&column.rows_, &column.missing_, &column.not_a_number_, &column.future_})
    *count = in.Count();
  if (!in.sound() || column.missing_ > column.rows_) return Broken();
  if (column.kind_ == ColumnKind::Category) {
    column.texts_.emplace(CAIRN_TRY(TextsForm::Read(in, bytes)));
    if (column.texts_->rows() != column.present()) return Broken();
    return column;
  }
  column.numbers_.emplace(CAIRN_TRY(NumbersForm::Read(in, bytes)));
  if (column.numbers_->moments().rows() + column.numbers_->infinite() != column.present()) return Broken();
  if (column.kind_ == ColumnKind::Time) {
    column.days_.emplace(kDayBytes);
    column.days_->Add(ReadCounted(in));
  }
  if (!in.sound()) return Broken();
  return column;
}

}  // namespace cairn::profile
