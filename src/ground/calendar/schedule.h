#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ground/calendar/zone.h"
#include "ground/vocabulary/result.h"

namespace cairn::calendar {

/// When something happens again and again: a cron expression on the clocks of a zone.
///
/// Five fields (minute, hour, day of the month, month, day of the week) or six, with the second before them.
/// A field is `*`, or a list of values, ranges `a-b` and steps `*/n`, `a-b/n`, `a/n`; months and days of the
/// week also by their first three letters, Sunday is 0 or 7, and `L` is the last day of the month. When both
/// days are restricted (neither begins with `*`) one of them suffices, as in Vixie's cron. @yearly, @monthly,
/// @weekly, @daily and @hourly stand for what they say.
///
/// Where clocks are set: a local time that they skip happens once, at the moment at which they skip it, and
/// one that they show twice happens once, the first time. A schedule of every hour (`*` in that field) names
/// no local time that could be lost or doubled, and keeps to the hours that pass.
class Schedule {
 public:
  /// InvalidArgument naming the field: bad syntax, a value out of its range, a date that never comes.
  static Result<Schedule> Parse(std::string_view expression, Zone zone);

  /// The first moment after `seconds` (since 1970 UTC); none within 60 years.
  std::optional<std::int64_t> Next(std::int64_t seconds) const;

  /// The last moment up to `seconds`; none within 60 years.
  std::optional<std::int64_t> Last(std::int64_t seconds) const;

  const std::string& expression() const { return expression_; }
  const Zone& zone() const { return zone_; }

 private:
  explicit Schedule(Zone zone) : zone_(std::move(zone)) {}
  bool IsDay(std::int64_t day) const;
  std::optional<std::int64_t> NextLocal(std::int64_t local) const;
  std::optional<std::int64_t> TimeOfDay(std::int64_t from) const;

  std::string expression_;
  Zone zone_;
  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool last_day_ = false;
  bool both_days_ = true;  ///< Whether a day must fit both of its fields.
};

}  // namespace cairn::calendar
