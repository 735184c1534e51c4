#include "loop/contract/values/cell.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <functional>

#include "ground/vocabulary/spread.h"
#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

constexpr double kTooWhole = 0x1p63;
constexpr TimeMs kDay = 86'400'000;

bool IsWhole(double value) { return value == std::floor(value) && std::fabs(value) < kTooWhole; }

/// The whole text as a number; Missing for NaN, nothing for what is none.
std::optional<Cell> NumberIn(std::string_view text) {
  const auto written = text;
  text = Trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.starts_with('+')) return std::nullopt;
  const char *begin = text.data(), *end = begin + text.size();
  Cell cell = Cell::Int(0);
  if (const auto [stop, wrong] = std::from_chars(begin, end, cell.whole);
      wrong != std::errc() || stop != end) {
    double value = 0;
    const auto [last, fault] = std::from_chars(begin, end, value);
    if (last != end || (fault != std::errc() && fault != std::errc::result_out_of_range)) return std::nullopt;
    // Beyond the largest number and below the smallest, as a reader of JSON takes them.
    if (fault == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
    cell = std::isnan(value) ? Cell::Missing() : Cell::Double(value);
  }
  cell.text = written;
  return cell;
}

/// Whether a number is written as a program would write it: "007" and "+1" are names rather than numbers.
bool IsPlainNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  return text[0] != '0' || text.size() == 1 || text[1] < '0' || text[1] > '9';
}

std::optional<bool> TruthIn(std::string_view text) {
  text = Trim(text);
  if (text == "1" || EqualsIgnoringCase(text, "true")) return true;
  if (text == "0" || EqualsIgnoringCase(text, "false")) return false;
  return std::nullopt;
}

std::uint64_t KeyOfText(std::string_view text) { return Spread(std::hash<std::string_view>()(text)); }

}  // namespace

Result<ValueReader> ValueReader::Of(ColumnType type, std::string_view format) {
  const bool time = type == ColumnType::Timestamp || type == ColumnType::Date || type == ColumnType::Time;
  if (!time || format.empty()) return ValueReader(type, std::nullopt);
  return ValueReader(type, CAIRN_TRY(TimeFormat::Parse(format)));
}

std::optional<TimeMs> ValueReader::TimeIn(std::string_view text) const {
  if (format_) return format_->Read(text);
  if (type_ == ColumnType::Time) return ReadTimeOfDay(text);
  if (type_ == ColumnType::Date && text.size() != 10) return std::nullopt;
  const auto time = ParseTime(text);
  return time ? std::optional(*time) : std::nullopt;
}

Result<ValueReader> ReaderAt(const ColumnRule& column, std::span<const std::string> path) {
  if (path.empty()) return ValueReader::Of(column.type, column.format);
  const auto& parts = path.front() == "[]" ? column.item : column.properties;
  for (const ColumnRule& part : parts) {
    if (path.front() == "[]" || part.name == path.front()) return ReaderAt(part, path.subspan(1));
  }
  return ValueReader::Of(ColumnType::Any);
}

Cell ValueReader::Settle(Cell cell) const {
  if (cell.kind == Cell::Kind::Missing) return cell;
  if (cell.kind == Cell::Kind::Double && std::isnan(cell.number)) return Cell::Missing();
  switch (type_) {
    case ColumnType::Any:
      break;
    case ColumnType::String:
      cell.fits = cell.kind == Cell::Kind::Text || cell.kind == Cell::Kind::Time;
      break;
    case ColumnType::Integer:
      if (cell.kind == Cell::Kind::Double && IsWhole(cell.number)) {
        cell.whole = static_cast<std::int64_t>(cell.number);
        cell.kind = Cell::Kind::Int;
      }
      cell.fits = cell.kind == Cell::Kind::Int;
      break;
    case ColumnType::Number:
      cell.fits = cell.IsNumber();
      break;
    case ColumnType::Boolean:
      if (cell.kind == Cell::Kind::Int && (cell.whole == 0 || cell.whole == 1)) cell.kind = Cell::Kind::Bool;
      cell.fits = cell.kind == Cell::Kind::Bool;
      break;
    case ColumnType::Timestamp:
    case ColumnType::Date:
    case ColumnType::Time:
      return Timed(cell);
    case ColumnType::Array:
    case ColumnType::Object:
      cell.fits = cell.kind == Cell::Kind::Nested && cell.nested->IsArray() == (type_ == ColumnType::Array);
      break;
  }
  return cell;
}

bool ValueReader::TakesAsItIs(Cell::Kind kind) const {
  switch (type_) {
    case ColumnType::Any:
      return true;
    case ColumnType::String:
      return kind == Cell::Kind::Text || kind == Cell::Kind::Time;
    case ColumnType::Integer:
      return kind == Cell::Kind::Int;
    case ColumnType::Number:
      return kind == Cell::Kind::Int || kind == Cell::Kind::Double;
    case ColumnType::Boolean:
      return kind == Cell::Kind::Bool;
    case ColumnType::Timestamp:
      return kind == Cell::Kind::Time;
    case ColumnType::Date:
    case ColumnType::Time:
    case ColumnType::Array:
    case ColumnType::Object:
      break;
  }
  return false;
}

Cell ValueReader::Timed(Cell cell) const {
  if (cell.kind == Cell::Kind::Text) {
    if (const auto time = TimeIn(cell.text)) {
      cell.kind = Cell::Kind::Time;
      cell.whole = *time;
      return cell;
    }
  } else if (cell.kind == Cell::Kind::Int && type_ == ColumnType::Timestamp && !format_) {
    cell.kind = Cell::Kind::Time;
    return cell;
  }
  const bool moment = cell.kind == Cell::Kind::Time;
  cell.fits =
      moment && (type_ == ColumnType::Timestamp || (type_ == ColumnType::Date && cell.whole % kDay == 0));
  return cell;
}

Cell ValueReader::Read(const Json& value) const {
  switch (value.kind()) {
    case Json::Kind::Null:
      return Cell::Missing();
    case Json::Kind::Bool:
      return Settle(Cell::Bool(value.AsBool()));
    case Json::Kind::Int:
      return Settle(Cell::Int(value.AsInt()));
    case Json::Kind::Double:
      return Settle(Cell::Double(value.AsDouble()));
    case Json::Kind::String:
      return Settle(Cell::Text(value.AsString()));
    case Json::Kind::Array:
    case Json::Kind::Object:
      return Settle(Cell::Nested(value));
  }
  return Cell::Missing();
}

Cell ValueReader::ReadField(std::string_view field, std::deque<Json>& kept) const {
  switch (type_) {
    case ColumnType::Integer:
    case ColumnType::Number:
      if (const auto number = NumberIn(field)) return Settle(*number);
      break;
    case ColumnType::Any:
      if (const auto number = IsPlainNumber(field) ? NumberIn(field) : std::nullopt) return *number;
      break;
    case ColumnType::Boolean:
      if (const auto truth = TruthIn(field)) return Cell::Bool(*truth);
      break;
    case ColumnType::Timestamp:
      if (const auto number = format_ || !IsPlainNumber(field) ? std::nullopt : NumberIn(field);
          number && number->kind == Cell::Kind::Int)
        return Settle(*number);
      break;
    case ColumnType::Array:
    case ColumnType::Object:
      if (field.starts_with('{') || field.starts_with('[')) return ReadJson(field, kept);
      break;
    case ColumnType::String:
    case ColumnType::Date:
    case ColumnType::Time:
      break;
  }
  return Settle(Cell::Text(field));
}

Cell ValueReader::ReadJson(std::string_view json, std::deque<Json>& kept) const {
  if (json.empty()) return Cell::Missing();
  // The common kinds without a parser: a text without escapes, a whole number.
  if (json.front() == '"' && json.size() >= 2 && json.find('\\') == std::string_view::npos)
    return Settle(Cell::Text(json.substr(1, json.size() - 2)));
  Cell cell = Cell::Int(0);
  const char* end = json.data() + json.size();
  if (const auto [stop, wrong] = std::from_chars(json.data(), end, cell.whole);
      wrong == std::errc() && stop == end)
    return Settle(cell);
  auto value = Json::Parse(json);
  if (!value) {
    Cell wrong = Cell::Text(json);
    wrong.fits = false;
    return wrong;
  }
  return Read(kept.emplace_back(*std::move(value)));
}

std::string ShownCell(const Cell& cell, ColumnType type) {
  switch (cell.kind) {
    case Cell::Kind::Missing:
      return "(missing)";
    case Cell::Kind::Bool:
      return cell.whole ? "true" : "false";
    case Cell::Kind::Int:
      return cell.text.empty() ? std::to_string(cell.whole) : std::string(cell.text);
    case Cell::Kind::Double:
      return cell.text.empty() ? ShortestText(cell.number) : std::string(cell.text);
    case Cell::Kind::Time:
      if (!cell.text.empty()) return std::string(cell.text);
      return BoundText(static_cast<double>(cell.whole),
                       type == ColumnType::Date || type == ColumnType::Time ? type : ColumnType::Timestamp);
    case Cell::Kind::Text:
      return std::string(cell.text);
    case Cell::Kind::Nested:
      return cell.nested->Dump();
  }
  return "";
}

std::string ShownValue(const Json& value) {
  return value.IsString() ? "'" + value.AsString() + "'" : value.Dump();
}

std::uint64_t KeyOf(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::Missing:
      return 0;
    case Cell::Kind::Text:
      return KeyOfText(cell.text);
    case Cell::Kind::Nested:
      return KeyOfText(cell.nested->Canonical());
    case Cell::Kind::Double:
      if (!IsWhole(cell.number)) return Spread(~std::bit_cast<std::uint64_t>(cell.number));
      return Spread(static_cast<std::uint64_t>(static_cast<std::int64_t>(cell.number)));
    case Cell::Kind::Bool:
    case Cell::Kind::Int:
    case Cell::Kind::Time:
      return Spread(static_cast<std::uint64_t>(cell.whole));
  }
  return 0;
}

std::uint64_t Together(std::uint64_t key, std::uint64_t next) {
  return Spread(key ^ (next + 0x9E3779B97F4A7C15U + (key << 6) + (key >> 2)));
}

}  // namespace cairn::contract
