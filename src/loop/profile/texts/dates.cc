#include "loop/profile/texts/dates.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "ground/vocabulary/text.h"

namespace cairn::profile {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A run of digits (value and length) or the number of a month by its English name.
struct Part {
  int value = 0;
  std::size_t length = 0;
  bool month_name = false;
};

int MonthNamed(std::string_view word) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3 || word.size() > 9) return 0;
  if (std::string_view("jfmasondJFMASOND").find(word[0]) == std::string_view::npos)
    return 0;  // Most words end here.
  const auto at = kMonths.find(LowerAscii(word.substr(0, 3)));
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

std::optional<Part> TakePart(std::string_view& rest) {
  Part part;
  std::size_t end = 0;
  if (!rest.empty() && Letter(rest[0])) {
    while (end < rest.size() && Letter(rest[end])) ++end;
    part = {MonthNamed(rest.substr(0, end)), end, true};
    if (part.value == 0) return std::nullopt;
  } else {
    while (end < rest.size() && end < 9 && Digit(rest[end]))
      part.value = part.value * 10 + (rest[end++] - '0');
    if (end == 0 || end > 8) return std::nullopt;
    part.length = end;
  }
  rest.remove_prefix(end);
  return part;
}

std::optional<TimeMs> DayOf(int year, int month, int day, std::size_t year_digits) {
  if (year_digits == 2) year += year < 70 ? 2000 : 1900;
  if (year_digits != 2 && year_digits != 4) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1900 || year > 2199 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * TimeMs{86'400'000};
}

/// The time of day behind a date, as ParseTime reads it; nothing when `rest` is none.
std::optional<TimeMs> TimeOfDay(std::string_view rest) {
  if (rest.empty()) return 0;
  if (rest.size() < 5 || (rest[0] != ' ' && rest[0] != 'T')) return std::nullopt;
  rest.remove_prefix(1);
  const auto time = ParseTime("1970-01-01T" + std::string(rest));
  return time ? std::optional(*time) : std::nullopt;
}

void Note(DateReading& reading, std::size_t form, std::optional<TimeMs> day, TimeMs time) {
  if (!day) return;
  reading.forms |= 1U << form;
  reading.times[form] = *day + time;
}

bool MayBeDate(std::string_view text) {
  if (text.size() < 6 || text.size() > 35) return false;
  if (Digit(text[0])) {
    const auto end = std::find_if_not(text.begin(), text.end(), Digit);
    return end == text.end() ? text.size() == 8
                             : std::string_view("-./ T").find(*end) != std::string_view::npos;
  }
  return Letter(text[0]) && Digit(text.back());
}

/// "20240131" alone.
DateReading ReadDigits(int value) {
  DateReading reading;
  Note(reading, 6, DayOf(value / 10000, value / 100 % 100, value % 100, 4), 0);
  return reading;
}

}  // namespace

DateReading ReadDate(std::string_view text) {
  DateReading reading;
  text = Trim(text);
  if (!MayBeDate(text)) return reading;
  std::string_view rest = text;
  const auto first = TakePart(rest);
  if (!first) return reading;
  if (rest.empty()) return first->length == 8 ? ReadDigits(first->value) : reading;
  const auto separator = [&]() -> char {
    const char found = rest.empty() ? '\0' : rest[0];
    while (!rest.empty() && (rest[0] == found || rest[0] == ' ' || rest[0] == ',')) rest.remove_prefix(1);
    return found;
  };
  const char one = separator();
  const auto second = TakePart(rest);
  if (!second) return reading;
  const char two = separator();
  const auto third = TakePart(rest);
  if (!third || third->month_name) return reading;
  const auto time = TimeOfDay(rest);
  if (!time) return reading;
  const int a = first->value, b = second->value, c = third->value;
  if (first->month_name || second->month_name) {
    if (first->month_name && !second->month_name) Note(reading, 8, DayOf(c, a, b, third->length), *time);
    if (second->month_name && !first->month_name) Note(reading, 8, DayOf(c, b, a, third->length), *time);
    return reading;
  }
  if (one != two) return reading;
  if (first->length == 4 && one == '-') Note(reading, rest.empty() ? 0 : 1, DayOf(a, b, c, 4), *time);
  if (first->length == 4 && one == '/') Note(reading, 5, DayOf(a, b, c, 4), *time);
  if (first->length > 2) return reading;
  if (one == '.') Note(reading, 2, DayOf(c, b, a, third->length), *time);
  if (one == '/') Note(reading, 3, DayOf(c, b, a, third->length), *time);
  if (one == '/') Note(reading, 4, DayOf(c, a, b, third->length), *time);
  if (one == '-') Note(reading, 7, DayOf(c, b, a, third->length), *time);
  return reading;
}

}  // namespace cairn::profile
