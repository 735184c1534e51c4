#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/vocabulary/json.h"

namespace cairn::contract {

/// What a column holds. Any: nothing is said about it.
enum class ColumnType { Any, String, Integer, Number, Boolean, Timestamp, Date, Time, Array, Object };
std::string_view NameOf(ColumnType type);
/// A bound or a figure of such a column, as people write it: "12.5", "2013-02-01", "17:30:00".
std::string BoundText(double value, ColumnType type);

/// What lies between two bounds, either of which may be absent. Of a time, bounds are milliseconds (UTC, or
/// of the day).
struct Range {
  std::optional<double> low = {}, high = {};
  bool open_low = false, open_high = false;  ///< Whether the bound itself lies outside.
  bool inverted = false;                     ///< What lies inside breaks it, and the rest holds.

  static Range Exactly(double value) { return {value, value, false, false, false}; }
  bool Holds(double value) const;
  /// Whether everything that `other` lets through is let through by this too.
  bool Covers(const Range& other) const;
  /// "at least 10 and below 20", "1", "anything but 3"; "anything" without bounds. Of a time type, as times.
  std::string Words(ColumnType type = ColumnType::Number) const;
  friend bool operator==(const Range&, const Range&) = default;
};

// Tests of one value. Missing values, and those that are not of the column's type, are not considered.
// NotMissing and OfType are about exactly these.

/// There is a value. Values of `also` count as missing.
struct NotMissing {
  std::vector<Json> also = {};
};
/// It is of the column's type; a date or time is written in `format` (of Java's DateTimeFormatter, "" for
/// ISO).
struct OfType {
  ColumnType type = ColumnType::Any;
  std::string format;
};
struct OneOf {
  std::vector<Json> values = {};
  bool listed = true;  ///< False: none of them.
};
struct Within {
  Range range;
};
struct MultipleOf {
  double factor = 1;
};
/// Regular expressions (RE2) that match somewhere in the value's text.
struct Matches {
  std::vector<std::string> patterns = {};
  enum class Which { Any, All, None } which = Which::All;
};
/// How many code points a text has.
struct LengthWithin {
  Range range;
};
/// A text of a known form: email, uuid, uri, hostname, ipv4, ipv6, json.
struct OfForm {
  std::string form;
};
/// How many items an array, or members an object has; that items differ; names that must be among the
/// members.
struct Holding {
  Range count = {};
  bool unique = false;
  std::vector<std::string> members = {};
};

// Tests of one row. Rows in which one of the values is missing are not considered.

enum class Comparison { Less, LessOrEqual, Equal, NotEqual, GreaterOrEqual, Greater };
std::string_view NameOf(Comparison comparison);  ///< "<", "<=", "==", …
/// left + offset stands so to right. Numbers as numbers, times as times (the offset in milliseconds), else
/// texts.
struct Compared {
  std::string left, right;
  Comparison comparison = Comparison::Equal;
  double offset = 0;
};
struct SumWithin {
  std::vector<std::string> columns;
  Range range;
};

// Tests of a whole column or table.

struct ColumnThere {};
/// No two rows have the same values in these columns; rows in which one is missing are not considered.
struct Unique {
  std::vector<std::string> columns = {};
  bool count_values =
      false;  ///< The allowance is about values that stand more than once, not about their rows.
};
struct Ascending {
  bool descending = false;
  bool strictly = false;
};
enum class Statistic {
  Rows,
  Missing,
  Mean,
  Deviation,
  Sum,
  Least,
  Greatest,
  Median,
  Quantile,
  Distinct,
  DistinctShare
};
std::string_view NameOf(Statistic statistic);
/// A figure of the column's numbers (or of all its values, for counts) lies in the allowance's range.
/// Deviation has divisor n - 1; quantiles are values that stand in the column (the nearest rank), as Great
/// Expectations'.
struct StatisticWithin {
  Statistic statistic = Statistic::Rows;
  double level = 0;  ///< Of a quantile.
};
/// The values that stand in a column are among these, exactly these, or at least these; or the most frequent
/// one is among them.
struct ValuesAre {
  enum class Which { Among, Exactly, Including, MostFrequentAmong } which = Which::Among;
  std::vector<Json> values;
};
/// The newest (or oldest) time of a column is at most so old.
struct AgeWithin {
  bool oldest = false;
  std::int64_t within_ms = 0;
};
/// The table has the contract's columns and no others.
struct OnlyTheseColumns {
  bool in_order = false;
};

/// Another table: a file below the contract's folder, a data set, a table of the same document, or counts
/// that are written down in the contract itself.
struct Other {
  std::string file, dataset, table;
  Json counts;  ///< {"edges": […], "counts": […]} or {"values": {"a": 10}}; null for none.
};
/// Each row's values stand in `columns` of the other table, or (with `disjoint`) in none of its rows.
struct InOther {
  std::vector<std::string> columns, other_columns;
  Other other;
  bool disjoint = false;
};
/// The column is distributed as in the other table; method and threshold as in comparison/, absent for its
/// choice.
struct LikeOther {
  Other other;
  std::string method;
  std::optional<double> threshold;
};
/// A SELECT's only value; it lies in the allowance's range, or is this text.
struct QueryValue {
  std::string query;
  std::optional<std::string> text;
};
/// A SELECT that gives the rows which break the rule.
struct QueryRows {
  std::string query;
};
/// An SQL condition on each row; rows for which it is null are not considered.
struct Condition {
  std::string sql;
};
/// Shown and not run: words for people, or a rule of another program.
struct Remark {
  std::string what;
};

using Test =
    std::variant<NotMissing, OfType, OneOf, Within, MultipleOf, Matches, LengthWithin, OfForm, Holding,
                 Compared, SumWithin, ColumnThere, Unique, Ascending, StatisticWithin, ValuesAre, AgeWithin,
                 OnlyTheseColumns, InOther, LikeOther, QueryValue, QueryRows, Condition, Remark>;

/// How much of what is unexpected is let pass, or the range of a figure.
struct Allowance {
  enum class Unit {
    Rows,     ///< The number of unexpected rows (or the figure itself) lies in the range.
    Percent,  ///< 100 × the same / all rows of the table.
    Fitting,  ///< The share of considered rows that fit, 0 … 1; 1 when none is considered.
  } unit = Unit::Rows;
  Range range = Range::Exactly(0);
  /// Whether not one unexpected row is let pass.
  bool IsNone() const;
};

/// One thing that must hold.
struct Rule {
  std::string name;    ///< "distance: max"; unique in a contract.
  std::string column;  ///< "" for a rule about several columns or the table.
  /// Where in the column's value it applies, of a nested one: names of members, "[]" for each item. A row is
  /// unexpected when one of these values is.
  std::vector<std::string> path;
  std::string sentence;  ///< What is expected: "must be at most 6000".
  Test test;
  Allowance allowance;
  bool stops = true;                     ///< False: told as a warning, and never fails a check.
  bool training = true, serving = true;  ///< The environments that it is for.
  std::string dimension;                 ///< ODCS's word ("completeness") or "".
  std::string where;                     ///< "contract.yaml:12:5", or "".
};

/// "set", "range", "sql rows": what kind of test it is, for reports.
std::string_view NameOf(const Test& test);
/// What it says, with "test", its kind.
Json ToJson(const Test& test);
/// {"rule", "column", "path", "says", "allowed", "severity", "environments", "dimension", "sentence",
/// "where"}
Json ToJson(const Rule& rule);

}  // namespace cairn::contract
