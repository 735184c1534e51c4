#include "loop/profile/outline.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "loop/profile/report/meaning.h"
#include "loop/profile/report/outlining.h"
#include "loop/profile/report/personal_data.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

constexpr std::size_t kMostLevels = 4096;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

void TakeNumbers(Column& column, ColumnOutline& outline) {
  const Distribution spread = column.numbers()->Spread();
  outline.values = spread.values();
  for (std::size_t i = 0; i < outline.values.size(); ++i) outline.value_rows.push_back(spread.RowsOf(i));
  outline.mean = column.numbers()->moments().Mean();
  outline.exact = column.numbers()->exact();
}

void TakeLengths(const Lengths& lengths, ColumnOutline& outline) {
  for (std::size_t i = 0; i < lengths.of_length.size(); ++i) {
    if (lengths.of_length[i] == 0) continue;
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t from = i < 64 ? at : std::int64_t{64} << (i - 64), to = i < 64 ? at : 2 * from - 1;
    outline.lengths.push_back(
        {std::max(from, lengths.least), std::min(to, lengths.greatest), lengths.of_length[i]});
  }
  outline.words =
      lengths.rows == 0 ? 0 : static_cast<double>(lengths.words) / static_cast<double>(lengths.rows);
}

/// The moments of texts that are dates, where every text is known.
void TakeDates(std::size_t form, ColumnOutline& outline) {
  std::vector<std::pair<double, std::int64_t>> moments;
  for (const auto& [text, rows] : outline.levels) {
    const DateReading read = ReadDate(text);
    if (read.forms >> form & 1U) moments.emplace_back(static_cast<double>(read.times[form]), rows);
  }
  std::sort(moments.begin(), moments.end());
  for (const auto& [moment, rows] : moments) {
    outline.values.push_back(moment);
    outline.value_rows.push_back(rows);
  }
}

void TakeTexts(Column& column, bool withheld, ColumnOutline& outline) {
  Texts& texts = *column.texts();
  outline.exact = texts.exact();
  TakeLengths(texts.lengths(), outline);
  for (const auto& item : texts.Top(kMostLevels)) {
    outline.known.push_back(HashOf(std::string_view(item.text)));
    if (!withheld) outline.levels.emplace_back(item.text, item.at_least);
  }
  if (const Counted* hashes = texts.Hashes()) {
    for (const auto key : hashes->keys) outline.known.push_back(static_cast<std::uint64_t>(key));
  }
  if (texts.exact() && outline.levels.size() == kMostLevels) outline.exact = false;
  if (const std::size_t form = DateFormOf(column, texts); form < kDateForms.size()) {
    outline.date_form = kDateForms[form];
    if (const auto range = texts.DatesOf(form)) outline.first = range->first, outline.last = range->second;
    if (outline.exact) TakeDates(form, outline);
  }
}

/// What the sampled rows hold, in the terms of the outline.
void TakeSample(const Table& table, std::size_t index, std::size_t form, ColumnOutline& outline) {
  const auto cells = table.sample.Cells(index);
  if (outline.kind != ColumnOutline::Kind::Category) {
    if (outline.values.empty()) return;
    for (const auto cell : cells) {
      const double value = std::bit_cast<double>(cell);
      outline.sample.push_back(std::isfinite(value) ? value : kNothing);
    }
    return;
  }
  std::unordered_map<std::uint64_t, double> places;
  for (std::size_t i = 0; i < outline.levels.size(); ++i) {
    const std::string_view text = outline.levels[i].first;
    double place = static_cast<double>(i);
    if (!outline.values.empty()) {
      const DateReading read = ReadDate(text);
      place = read.forms >> form & 1U ? static_cast<double>(read.times[form]) : kNothing;
    }
    places.emplace(HashOf(text), place);
  }
  for (const auto cell : cells) {
    const auto found = places.find(cell);
    outline.sample.push_back(found == places.end() ? kNothing : found->second);
    if (cell != 0) outline.known.push_back(cell);
  }
}

ColumnOutline OutlineOf(Table& table, std::size_t index) {
  Column& column = table.columns[index];
  ColumnOutline outline;
  outline.name = column.name();
  outline.kind = column.kind() == ColumnKind::Number ? ColumnOutline::Kind::Number
                 : column.kind() == ColumnKind::Time ? ColumnOutline::Kind::Time
                                                     : ColumnOutline::Kind::Category;
  outline.whole = column.whole();
  outline.boolean = column.type() == "boolean";
  const DistinctCount distinct = column.Distinct();
  outline.meaning = MeaningOf(column, distinct).name;
  outline.rows = column.rows(), outline.missing = column.missing(), outline.distinct = distinct.count;
  const auto personal = PersonalDataIn(column);
  if (!personal.empty() && personal.front().inside)
    outline.personal = "inside";
  else if (!personal.empty())
    outline.personal = NameOf(personal.front().kind);
  const bool withheld = !personal.empty();
  if (column.numbers() && !withheld) TakeNumbers(column, outline);
  if (column.numbers()) outline.mean = column.numbers()->moments().Mean();
  std::size_t form = kDateForms.size();
  if (column.texts()) {
    TakeTexts(column, withheld, outline);
    form = DateFormOf(column, *column.texts());
  }
  TakeSample(table, index, form, outline);
  std::sort(outline.known.begin(), outline.known.end());
  outline.known.erase(std::unique(outline.known.begin(), outline.known.end()), outline.known.end());
  return outline;
}

}  // namespace

std::uint64_t HashOfText(std::string_view text) { return HashOf(text); }

Outline OutlineOf(Table& table) {
  Outline outline;
  outline.rows = table.rows;
  for (std::size_t i = 0; i < table.columns.size(); ++i) outline.columns.push_back(OutlineOf(table, i));
  for (auto& pattern : table.patterns.Patterns())
    outline.missing.push_back({std::move(pattern.columns), pattern.rows});
  return outline;
}

}  // namespace cairn::profile
