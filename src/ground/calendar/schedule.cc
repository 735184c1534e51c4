#include "ground/calendar/schedule.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::calendar {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMostDays = 60 * 366;

struct Field {
  std::string_view name;
  int least, most;
  std::span<const std::string_view> words;  ///< From `least` on.
};

constexpr std::string_view kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::string_view kWeekdays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

constexpr Field kSecond{"second", 0, 59, {}}, kMinute{"minute", 0, 59, {}}, kHour{"hour", 0, 23, {}},
    kDayOfMonth{"day of the month", 1, 31, {}}, kMonth{"month", 1, 12, kMonths},
    kWeekday{"day of the week", 0, 7, kWeekdays};

constexpr std::pair<std::string_view, std::string_view> kNicknames[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"}};

Error Wrong(const Field& field, std::string_view text, const std::string& what) {
  return Error{Reason::InvalidArgument,
               "the " + std::string(field.name) + " '" + std::string(text) + "' of a schedule " + what};
}

Result<int> ValueOf(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.words.size(); ++i) {
    if (EqualsIgnoringCase(text, field.words[i])) return field.least + static_cast<int>(i);
  }
  const bool digits = !text.empty() && text.size() < 4 &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto value = digits ? ParseInt(text) : Result<std::int64_t>(-1);
  if (!value || *value < field.least || *value > field.most) {
    return Wrong(field, text,
                 "is not between " + std::to_string(field.least) + " and " + std::to_string(field.most));
  }
  return static_cast<int>(*value);
}

/// Calls `add` for each value of "*/5", "1-10/2", "7", "MON-FRI".
template <class Add>
Result<> ReadPart(const Field& field, std::string_view part, const Add& add) {
  const auto slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  int first = field.least, last = field.most, step = 1;
  if (range != "*") {
    const auto dash = range.find('-');
    first = CAIRN_TRY(ValueOf(field, range.substr(0, dash)));
    last = dash != std::string_view::npos    ? CAIRN_TRY(ValueOf(field, range.substr(dash + 1)))
           : slash != std::string_view::npos ? field.most
                                             : first;
    if (last < first) return Wrong(field, part, "ends before it begins");
  }
  if (slash != std::string_view::npos) {
    const auto given = ParseInt(part.substr(slash + 1));
    if (!given || *given < 1 || *given > 1'000)
      return Wrong(field, part, "needs a whole number above 0 behind its '/'");
    step = static_cast<int>(*given);
  }
  for (int value = first; value <= last; value += step) add(value);
  return Done{};
}

template <class Set>
Result<> ReadField(const Field& field, std::string_view text, Set& set) {
  for (const std::string_view part : Split(text, ','))
    CAIRN_TRY(ReadPart(field, part, [&](int value) { set.set(static_cast<std::size_t>(value)); }));
  return Done{};
}

std::vector<std::string_view> FieldsOf(std::string_view expression) {
  std::vector<std::string_view> fields;
  for (const auto field : Split(expression, ' ')) {
    if (!field.empty()) fields.push_back(field);
  }
  return fields;
}

std::int64_t DayOf(std::int64_t local) { return local >= 0 ? local / kDay : -((kDay - 1 - local) / kDay); }

}  // namespace

Result<Schedule> Schedule::Parse(std::string_view expression, Zone zone) {
  Schedule schedule(std::move(zone));
  schedule.expression_ = std::string(Trim(expression));
  std::string text = schedule.expression_;
  std::replace(text.begin(), text.end(), '\t', ' ');
  for (const auto& [nickname, meaning] : kNicknames) {
    if (EqualsIgnoringCase(text, nickname)) text = meaning;
  }
  auto fields = FieldsOf(text);
  if (fields.size() == 5) fields.insert(fields.begin(), "0");
  if (fields.size() != 6) {
    return Error{Reason::InvalidArgument,
                 "'" + schedule.expression_ +
                     "' is no schedule: write minute, hour, day of the month, month and day of the week "
                     "(\"30 2 * * *\"), the second before them where that matters, or @daily"};
  }
  CAIRN_TRY(ReadField(kSecond, fields[0], schedule.seconds_));
  CAIRN_TRY(ReadField(kMinute, fields[1], schedule.minutes_));
  CAIRN_TRY(ReadField(kHour, fields[2], schedule.hours_));
  schedule.last_day_ = EqualsIgnoringCase(fields[3], "L");
  if (!schedule.last_day_) CAIRN_TRY(ReadField(kDayOfMonth, fields[3], schedule.days_));
  CAIRN_TRY(ReadField(kMonth, fields[4], schedule.months_));
  for (const std::string_view part : Split(fields[5], ',')) {
    CAIRN_TRY(ReadPart(kWeekday, part,
                       [&](int value) { schedule.weekdays_.set(static_cast<std::size_t>(value % 7)); }));
  }
  schedule.both_days_ = fields[3].starts_with('*') || fields[5].starts_with('*');
  if (!schedule.NextLocal(0))
    return Error{Reason::InvalidArgument,
                 "the date of the schedule '" + schedule.expression_ + "' never comes"};
  return schedule;
}

bool Schedule::IsDay(std::int64_t day) const {
  const std::chrono::sys_days date{std::chrono::days(day)};
  const std::chrono::year_month_day of(date);
  if (!months_[unsigned(of.month())]) return false;
  const bool last =
      last_day_ &&
      of.day() == std::chrono::year_month_day_last(of.year(), std::chrono::month_day_last(of.month())).day();
  const bool by_date = last || days_[unsigned(of.day())];
  const bool by_weekday = weekdays_[std::chrono::weekday(date).c_encoding()];
  return both_days_ ? by_date && by_weekday : by_date || by_weekday;
}

std::optional<std::int64_t> Schedule::TimeOfDay(std::int64_t from) const {
  for (std::int64_t hour = from / 3600; hour < 24; ++hour) {
    if (!hours_[static_cast<std::size_t>(hour)]) continue;
    const std::int64_t minutes_from = std::max<std::int64_t>(from - hour * 3600, 0);
    for (std::int64_t minute = minutes_from / 60; minute < 60; ++minute) {
      if (!minutes_[static_cast<std::size_t>(minute)]) continue;
      for (std::int64_t second = std::max<std::int64_t>(minutes_from - minute * 60, 0); second < 60; ++second)
        if (seconds_[static_cast<std::size_t>(second)]) return hour * 3600 + minute * 60 + second;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> Schedule::NextLocal(std::int64_t local) const {
  const std::int64_t first = DayOf(local);
  for (std::int64_t day = first; day < first + kMostDays; ++day) {
    if (!IsDay(day)) continue;
    if (const auto time = TimeOfDay(day == first ? local - day * kDay : 0)) return day * kDay + *time;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Schedule::Next(std::int64_t seconds) const {
  const bool by_clock = !hours_.all();
  std::int64_t from = seconds + 1;
  const std::int64_t limit = from + kMostDays * kDay;
  // Between two moments at which clocks are set, local time is UTC and a constant.
  while (from < limit) {
    const std::int64_t offset = zone_.OffsetAt(from);
    std::int64_t local = from + offset;
    const auto change = by_clock ? zone_.LastChange(from) : std::nullopt;
    if (change) {
      const std::int64_t before = zone_.OffsetAt(*change - 1);
      if (*change == from && before < offset) {
        const auto skipped = NextLocal(*change + before);
        if (skipped && *skipped < *change + offset) return *change;
      }
      if (before > offset) local = std::max(local, *change + before);  // Those were shown before.
    }
    const auto next = NextLocal(local);
    if (!next) return std::nullopt;
    const std::int64_t end = zone_.NextChange(from).value_or(std::numeric_limits<std::int64_t>::max());
    if (*next - offset < end) return *next - offset;
    from = end;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Schedule::Last(std::int64_t seconds) const {
  // The nearest stretch that holds one is at most twice as long as it must be.
  for (std::int64_t reach = 1; reach < kMostDays * kDay; reach *= 2) {
    auto found = Next(seconds - reach);
    if (!found || *found > seconds) continue;
    for (auto next = found; next && *next <= seconds; next = Next(*next)) found = next;
    return found;
  }
  return std::nullopt;
}

}  // namespace cairn::calendar
