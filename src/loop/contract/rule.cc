#include "loop/contract/rule.h"

#include <array>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 10> kTypes = {"any",       "string", "integer", "number", "boolean",
                                                     "timestamp", "date",   "time",    "array",  "object"};
constexpr std::array<std::string_view, 6> kComparisons = {"<", "<=", "==", "!=", ">=", ">"};
constexpr std::array<std::string_view, 11> kStatistics = {"rows",     "missing",  "mean",          "stdev",
                                                          "sum",      "min",      "max",           "median",
                                                          "quantile", "distinct", "distinct share"};

/// Names in the order of the alternatives of Test.
constexpr std::array<std::string_view, std::variant_size_v<Test>> kTests = {
    "missing", "type",    "set",       "range",        "multiple",  "pattern",   "length",    "form",
    "items",   "compare", "sum",       "present",      "unique",    "monotonic", "statistic", "values",
    "age",     "columns", "reference", "distribution", "sql value", "sql rows",  "condition", "remark"};

bool LowCovers(const Range& wide, const Range& narrow) {
  if (!wide.low) return true;
  if (!narrow.low || *narrow.low < *wide.low) return false;
  return *narrow.low > *wide.low || !wide.open_low || narrow.open_low;
}

bool HighCovers(const Range& wide, const Range& narrow) {
  if (!wide.high) return true;
  if (!narrow.high || *narrow.high > *wide.high) return false;
  return *narrow.high < *wide.high || !wide.open_high || narrow.open_high;
}

}  // namespace

std::string_view NameOf(ColumnType type) { return kTypes[static_cast<std::size_t>(type)]; }
std::string_view NameOf(Comparison comparison) { return kComparisons[static_cast<std::size_t>(comparison)]; }
std::string_view NameOf(Statistic statistic) { return kStatistics[static_cast<std::size_t>(statistic)]; }
std::string_view NameOf(const Test& test) { return kTests[test.index()]; }

bool Range::Holds(double value) const {
  const bool inside = (!low || (open_low ? value > *low : value >= *low)) &&
                      (!high || (open_high ? value < *high : value <= *high));
  return inside != inverted;
}

bool Range::Covers(const Range& other) const {
  if (inverted != other.inverted) return false;
  return inverted ? LowCovers(other, *this) && HighCovers(other, *this)
                  : LowCovers(*this, other) && HighCovers(*this, other);
}

std::string BoundText(double value, ColumnType type) {
  const auto whole = static_cast<std::int64_t>(std::fabs(value) < 0x1p62 ? value : 0);
  switch (type) {
    case ColumnType::Timestamp:
      return FormatUtc(whole);
    case ColumnType::Date:
      return FormatDate(whole);
    case ColumnType::Time:
      return FormatUtc(whole).substr(11, whole % 1000 == 0 ? 8 : 12);
    default:
      return ShortestText(value);
  }
}

std::string Range::Words(ColumnType type) const {
  if (low && high && *low == *high) return (inverted ? "anything but " : "") + BoundText(*low, type);
  std::string words;
  if (low) words = (open_low ? "above " : "at least ") + BoundText(*low, type);
  if (high)
    words += (words.empty() ? "" : " and ") + std::string(open_high ? "below " : "at most ") +
             BoundText(*high, type);
  if (words.empty()) words = "anything";
  return inverted ? "not " + words : words;
}

bool Allowance::IsNone() const {
  // Counts are whole and not negative, so "below 1" lets nothing pass either.
  if (unit == Unit::Fitting) return range.low && *range.low >= 1;
  return !range.inverted && range.Holds(0) && range.high &&
         (*range.high <= 0 ||
          (unit == Unit::Rows && (*range.high < 1 || (*range.high == 1 && range.open_high))));
}

}  // namespace cairn::contract
