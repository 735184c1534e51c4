#include "loop/contract/values/time_format.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::string_view kLetters = "yuMdHhamsSEXxZz";

/// A moment in the making.
struct Fields {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, milli = 0, offset_minutes = 0;
  bool dated = false, afternoon = false, halves = false;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes between `least` and `most` digits off the front.
std::optional<int> TakeNumber(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int number = 0;
  while (digits < most && digits < text.size() && IsDigit(text[digits]))
    number = number * 10 + (text[digits++] - '0');
  if (digits < least) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

/// Takes one of the names, whole or its first three letters.
template <std::size_t size>
std::optional<int> TakeName(std::string_view& text, const std::array<std::string_view, size>& names,
                            bool whole) {
  for (std::size_t i = 0; i < size; ++i) {
    const auto name = whole ? names[i] : names[i].substr(0, 3);
    if (!EqualsIgnoringCase(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return static_cast<int>(i);
  }
  return std::nullopt;
}

bool TakeZone(std::string_view& text, char letter, Fields& fields) {
  for (const std::string_view utc : {"Z", "UTC", "GMT"}) {
    if ((letter != 'X' && letter != 'z') || !text.starts_with(utc)) continue;
    text.remove_prefix(utc.size());
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = TakeNumber(text, 2, 2);
  if (text.starts_with(':')) text.remove_prefix(1);
  const auto minutes = TakeNumber(text, 2, 2);
  if (!hours || *hours > 18 || minutes.value_or(0) > 59) return false;
  fields.offset_minutes = sign * (*hours * 60 + minutes.value_or(0));
  return true;
}

bool TakeYear(std::string_view& text, std::size_t width, Fields& fields) {
  const auto year = width == 2 ? TakeNumber(text, 2, 2) : TakeNumber(text, width, 4);
  if (!year) return false;
  fields.year = width == 2 ? 2000 + *year : *year;
  return fields.dated = true;
}

bool TakeMonth(std::string_view& text, std::size_t width, Fields& fields) {
  const auto month = width > 2 ? TakeName(text, kMonths, width > 3) : TakeNumber(text, width, 2);
  if (!month) return false;
  fields.month = *month + (width > 2 ? 1 : 0);
  return fields.dated = true;
}

bool TakeFraction(std::string_view& text, std::size_t width, Fields& fields) {
  const std::string_view digits = text.substr(0, width);
  if (digits.size() < width || !std::all_of(digits.begin(), digits.end(), IsDigit)) return false;
  for (std::size_t i = 0; i < 3; ++i) fields.milli = fields.milli * 10 + (i < width ? digits[i] - '0' : 0);
  text.remove_prefix(width);
  return true;
}

bool TakeHalf(std::string_view& text, Fields& fields) {
  const auto half = text.substr(0, 2);
  fields.halves = true;
  fields.afternoon = EqualsIgnoringCase(half, "PM");
  if (!fields.afternoon && !EqualsIgnoringCase(half, "AM")) return false;
  text.remove_prefix(2);
  return true;
}

bool TakeInto(int& field, std::string_view& text, std::size_t width) {
  const auto number = TakeNumber(text, width, 2);
  if (number) field = *number;
  return number.has_value();
}

bool Take(std::string_view& text, char letter, std::size_t width, Fields& fields) {
  switch (letter) {
    case 'y':
    case 'u':
      return TakeYear(text, width, fields);
    case 'M':
      return TakeMonth(text, width, fields);
    case 'd':
      return TakeInto(fields.day, text, width);
    case 'H':
    case 'h':
      return TakeInto(fields.hour, text, width);
    case 'm':
      return TakeInto(fields.minute, text, width);
    case 's':
      return TakeInto(fields.second, text, width);
    case 'S':
      return TakeFraction(text, width, fields);
    case 'a':
      return TakeHalf(text, fields);
    case 'E':
      return TakeName(text, kDays, width > 3).has_value();
    default:
      return TakeZone(text, letter, fields);
  }
}

std::optional<TimeMs> Moment(Fields fields) {
  using namespace std::chrono;
  if (fields.halves) {
    if (fields.hour < 1 || fields.hour > 12) return std::nullopt;
    fields.hour = fields.hour % 12 + (fields.afternoon ? 12 : 0);
  }
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 59) return std::nullopt;
  const year_month_day date{year(fields.year), month(static_cast<unsigned>(fields.month)),
                            day(static_cast<unsigned>(fields.day))};
  if (!date.ok()) return std::nullopt;
  const TimeMs days = fields.dated ? sys_days(date).time_since_epoch().count() : 0;
  const TimeMs minutes = days * 1440 + fields.hour * 60 + fields.minute - fields.offset_minutes;
  return minutes * 60'000 + fields.second * 1000 + fields.milli;
}

}  // namespace

Result<TimeFormat> TimeFormat::Parse(std::string_view pattern) {
  TimeFormat format;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      const auto end = pattern.find('\'', at + 1);
      if (end == std::string_view::npos)
        return Error{Reason::InvalidArgument, "has a quote that is never closed"};
      format.parts_.push_back(
          {0, 0, end == at + 1 ? "'" : std::string(pattern.substr(at + 1, end - at - 1))});
      at = end + 1;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      if (kLetters.find(c) == std::string_view::npos)
        return Error{Reason::InvalidArgument, "has the letter '" + std::string(1, c) +
                                                  "', which is not known here (" + std::string(kLetters) +
                                                  " are)"};
      const auto end = std::min(pattern.find_first_not_of(c, at), pattern.size());
      format.parts_.push_back({c, end - at, ""});
      at = end;
    } else {
      format.parts_.push_back({0, 0, std::string(1, c)});
      ++at;
    }
  }
  if (format.parts_.empty()) return Error{Reason::InvalidArgument, "is empty"};
  return format;
}

std::optional<TimeMs> TimeFormat::Read(std::string_view text) const {
  Fields fields;
  for (const Part& part : parts_) {
    if (part.letter == 0) {
      if (!text.starts_with(part.text)) return std::nullopt;
      text.remove_prefix(part.text.size());
    } else if (!Take(text, part.letter, part.width, fields)) {
      return std::nullopt;
    }
  }
  return text.empty() ? Moment(fields) : std::nullopt;
}

std::optional<TimeMs> ReadTimeOfDay(std::string_view text) {
  Fields fields;
  const auto sign = [&](char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  };
  if (!TakeInto(fields.hour, text, 2) || !sign(':') || !TakeInto(fields.minute, text, 2)) return std::nullopt;
  if (sign(':') && !TakeInto(fields.second, text, 2)) return std::nullopt;
  if (sign('.')) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 9 || !TakeFraction(text, digits, fields)) return std::nullopt;
  }
  return text.empty() ? Moment(fields) : std::nullopt;
}

}  // namespace cairn::contract
