#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/contract/contract.h"
#include "loop/contract/values/time_format.h"

namespace cairn::contract {

/// One value as rules see it, whether it stood in a file or in a request. Borrows its texts.
struct Cell {
  enum class Kind : std::uint8_t { Missing, Bool, Int, Double, Time, Text, Nested };
  Kind kind = Kind::Missing;
  bool fits = true;  ///< Whether it is of its column's type. A missing value fits.
  union {
    std::int64_t whole = 0;  ///< Of Bool (0, 1), Int, Time (UTC milliseconds, or of the day).
    double number;           ///< Of Double.
    const Json* nested;      ///< Of Nested: an array or an object.
  };
  std::string_view text;  ///< Of Text; of a number in a CSV file, as it was written.

  static Cell Missing() { return {}; }
  static Cell Bool(bool value) { return Of(Kind::Bool, value ? 1 : 0); }
  static Cell Int(std::int64_t value) { return Of(Kind::Int, value); }
  static Cell Time(TimeMs value) { return Of(Kind::Time, value); }
  static Cell Double(double value) {
    Cell cell;
    cell.kind = Kind::Double;
    cell.number = value;
    return cell;
  }
  static Cell Text(std::string_view value) {
    Cell cell;
    cell.kind = Kind::Text;
    cell.text = value;
    return cell;
  }
  static Cell Nested(const Json& value) {
    Cell cell;
    cell.kind = Kind::Nested;
    cell.nested = &value;
    return cell;
  }

  /// There and of its column's type: what tests of values are about.
  bool IsProper() const { return kind != Kind::Missing && fits; }
  bool IsNumber() const { return kind == Kind::Int || kind == Kind::Double; }
  /// As a number on one line with others of its column: numbers, times, truth values.
  double Measure() const { return kind == Kind::Double ? number : static_cast<double>(whole); }

 private:
  static Cell Of(Kind kind, std::int64_t whole) {
    Cell cell;
    cell.kind = kind;
    cell.whole = whole;
    return cell;
  }
};

/// Gives the values of one column their meaning: "2013-02-01" is a time in a column of dates and a text in
/// one of texts. The one place where it is decided; files and requests come through here. Safe from any
/// thread.
class ValueReader {
 public:
  /// InvalidArgument for a format that means nothing ("has a letter 'q'").
  static Result<ValueReader> Of(ColumnType type, std::string_view format = "");

  /// A JSON value (of a request, a JSON lines file, a contract's list). NaN is missing; a whole number counts
  /// as a number, and a number without fraction as an integer; 1 and 0 as truth values; a whole number as UTC
  /// milliseconds; texts are never read as numbers. The value must outlive the cell.
  Cell Read(const Json& value) const;
  /// A field of a CSV file, not empty: in a column of numbers what reads as a number is one, and so on; NaN
  /// in one is missing. What the cell must borrow besides is kept in `kept`.
  Cell ReadField(std::string_view field, std::deque<Json>& kept) const;
  /// JSON text of one value. What is no JSON is a text that does not fit.
  Cell ReadJson(std::string_view json, std::deque<Json>& kept) const;
  /// A value of a typed file, set up by Cell's makers.
  Cell Settle(Cell cell) const;
  /// Whether Settle gives every cell of this kind back as it is (of Double, but NaN).
  bool TakesAsItIs(Cell::Kind kind) const;

  ColumnType type() const { return type_; }

 private:
  ValueReader(ColumnType type, std::optional<TimeFormat> format) : type_(type), format_(std::move(format)) {}
  std::optional<TimeMs> TimeIn(std::string_view text) const;
  Cell Timed(Cell cell) const;

  ColumnType type_;
  std::optional<TimeFormat> format_;
};

/// The reader of what lies at a place inside a column's value.
Result<ValueReader> ReaderAt(const ColumnRule& column, std::span<const std::string> path);

/// For people: texts as they are, missing as "(missing)".
std::string ShownCell(const Cell& cell, ColumnType type);
/// For messages about one value: "'12'", "12".
std::string ShownValue(const Json& value);

/// A value's identity, as 64 bits: equal values of one column have equal keys. Different whole numbers and
/// times always have different ones, anything else but for one chance in 2^64.
std::uint64_t KeyOf(const Cell& cell);
std::uint64_t Together(std::uint64_t key, std::uint64_t next);

}  // namespace cairn::contract
