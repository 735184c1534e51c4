#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/time.h"

namespace cairn::profile {

/// What a profile tells of one column to who wants to draw another like it. A plain value.
struct ColumnOutline {
  enum class Kind { Number, Time, Category };

  std::string name;
  Kind kind = Kind::Category;
  bool whole = false;    ///< Of numbers.
  bool boolean = false;  ///< Of categories: "true" and "false" are truth values.
  std::string meaning;   ///< As the report calls it: "measure", "identifier", "categorical", …
  std::string personal;  ///< "email", "phone", "iban", "card", "name"; "" when it points at nobody.
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t distinct = 0;  ///< Exact, or estimated.
  bool exact = true;          ///< Whether values and levels are all there were.

  /// Numbers and times (UTC milliseconds): ascending, each with the rows it stands for. Empty when they were
  /// withheld. Also of a category whose texts are dates, where all are known.
  std::vector<double> values;
  std::vector<std::int64_t> value_rows;
  double mean = 0;  ///< Of numbers; NaN when there is none.

  /// Categories: texts with their rows; all of them when exact, else the most frequent.
  std::vector<std::pair<std::string, std::int64_t>> levels;
  /// Rows by the number of characters: from, up to (both included), rows.
  struct Length {
    std::int64_t from = 0, to = 0, rows = 0;
  };
  std::vector<Length> lengths;
  double words = 0;            ///< On average.
  std::string date_form;       ///< "DD.MM.YYYY" when it holds dates as texts, else "".
  TimeMs first = 0, last = 0;  ///< Their range, where it is known (first < last).
  /// HashOfText of values that are known to be in the table, ascending: what is made up must not be among
  /// them.
  std::vector<std::uint64_t> known;

  /// One entry a sampled row: the number, the moment, or the place in `levels`; NaN where it is missing or
  /// not known. Empty when nothing can be told.
  std::vector<double> sample;
};

/// What a profile tells of a table: its columns, and which of them lack a value together.
struct Outline {
  std::int64_t rows = 0;
  std::vector<ColumnOutline> columns;
  struct Missing {
    std::vector<std::uint32_t> columns;  ///< Ascending; empty for rows that lack nothing.
    std::int64_t rows = 0;
  };
  std::vector<Missing> missing;  ///< Sets of columns; they need not add up to all rows.
};

std::uint64_t HashOfText(std::string_view text);

}  // namespace cairn::profile
