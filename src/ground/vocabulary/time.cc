#include "ground/vocabulary/time.h"

#include <chrono>
#include <cstdio>

namespace cairn {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

/// Reads exactly `count` digits at the front of `rest`; -1 when they are not there.
int TakeDigits(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (rest[i] < '0' || rest[i] > '9') return -1;
    value = value * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return value;
}

bool Take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

/// The fraction after the decimal point, in whole milliseconds; further digits are cut.
int TakeFraction(std::string_view& rest) {
  int value = 0, digits = 0;
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    if (digits < 3) value = value * 10 + (rest.front() - '0');
    ++digits;
    rest.remove_prefix(1);
  }
  if (digits == 0) return -1;
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

/// The zone's offset in minutes, or nothing readable (second = false).
std::pair<int, bool> TakeZone(std::string_view& rest) {
  if (rest.empty() || Take(rest, 'Z') || Take(rest, 'z')) return {0, true};
  const int sign = Take(rest, '+') ? 1 : Take(rest, '-') ? -1 : 0;
  if (sign == 0) return {0, false};
  const int hours = TakeDigits(rest, 2);
  Take(rest, ':');
  const int minutes = rest.empty() ? 0 : TakeDigits(rest, 2);
  return {sign * (hours * 60 + minutes), hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59};
}

Error NoTime(std::string_view text) {
  return {Reason::InvalidArgument,
          "'" + std::string(text) + "' is not a time: write 2013-02-01 or 2013-02-01T04:05:06Z"};
}

}  // namespace

std::string FormatDate(TimeMs at) { return FormatUtc(at).substr(0, 10); }

std::string FormatUtc(TimeMs at) {
  const std::chrono::sys_time<milliseconds> point{milliseconds(at)};
  const auto midnight = std::chrono::floor<days>(point);
  const std::chrono::year_month_day date{midnight};
  const auto rest = std::chrono::hh_mm_ss(point - midnight);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(rest.hours().count()), static_cast<int>(rest.minutes().count()),
                static_cast<int>(rest.seconds().count()), static_cast<int>(rest.subseconds().count()));
  return text;
}

Result<TimeMs> ParseTime(std::string_view text) {
  std::string_view rest = text;
  const int year = TakeDigits(rest, 4);
  if (year < 0 || !Take(rest, '-')) return NoTime(text);
  const int month = TakeDigits(rest, 2);
  if (month < 0 || !Take(rest, '-')) return NoTime(text);
  const int day = TakeDigits(rest, 2);
  if (day < 0) return NoTime(text);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return NoTime(text);
  const TimeMs midnight =
      std::chrono::duration_cast<milliseconds>(std::chrono::sys_days(date).time_since_epoch()).count();
  if (rest.empty()) return midnight;
  if (!Take(rest, 'T') && !Take(rest, ' ')) return NoTime(text);
  const int hour = TakeDigits(rest, 2);
  if (hour < 0 || hour > 23 || !Take(rest, ':')) return NoTime(text);
  const int minute = TakeDigits(rest, 2);
  if (minute < 0 || minute > 59) return NoTime(text);
  int second = 0, fraction = 0;
  if (Take(rest, ':')) {
    second = TakeDigits(rest, 2);
    if (second < 0 || second > 59) return NoTime(text);
    if (Take(rest, '.')) fraction = TakeFraction(rest);
    if (fraction < 0) return NoTime(text);
  }
  const auto [offset_minutes, zone_ok] = TakeZone(rest);
  if (!zone_ok || !rest.empty()) return NoTime(text);
  return midnight + ((hour * 60LL + minute - offset_minutes) * 60 + second) * 1000 + fraction;
}

std::string FormatDuration(std::int64_t duration_ms) {
  char text[64];
  const double seconds = static_cast<double>(duration_ms) / 1000;
  if (duration_ms < 1000) {
    std::snprintf(text, sizeof text, "%lld ms", static_cast<long long>(duration_ms));
  } else if (seconds < 60) {
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  } else if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%lld min %lld s", static_cast<long long>(seconds) / 60,
                  static_cast<long long>(seconds) % 60);
  } else if (seconds < 172800) {
    std::snprintf(text, sizeof text, "%lld h %lld min", static_cast<long long>(seconds) / 3600,
                  static_cast<long long>(seconds) % 3600 / 60);
  } else {
    std::snprintf(text, sizeof text, "%.1f days", seconds / 86400);
  }
  return text;
}

}  // namespace cairn
