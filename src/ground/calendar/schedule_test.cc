#include "ground/calendar/schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "ground/vocabulary/time.h"

namespace cairn::calendar {
namespace {

Schedule In(std::string_view expression, std::string_view zone) {
  auto schedule = Schedule::Parse(expression, *Zone::Named(zone));
  EXPECT_TRUE(schedule) << schedule.error().message;
  return *std::move(schedule);
}

std::vector<std::string> After(std::string_view expression, std::string_view zone, std::string_view from,
                               int count) {
  const Schedule schedule = In(expression, zone);
  std::vector<std::string> moments;
  std::int64_t at = *ParseTime(from) / 1000;
  for (int i = 0; i < count; ++i) {
    at = *schedule.Next(at);
    moments.push_back(FormatUtc(at * 1000).substr(0, 19) + "Z");
  }
  return moments;
}

using Moments = std::vector<std::string>;

std::string Refused(std::string_view expression) {
  const auto schedule = Schedule::Parse(expression, *Zone::Named("UTC"));
  return schedule ? "" : schedule.error().message;
}

TEST(ScheduleTest, KeepsToTheClocksOfItsZone) {
  EXPECT_EQ(After("30 2 * * *", "Asia/Kolkata", "2026-05-01", 2),
            (Moments{"2026-05-01T21:00:00Z", "2026-05-02T21:00:00Z"}));
}

TEST(ScheduleTest, ALocalTimeThatIsSkippedHappensOnceWhenClocksAreSet) {
  // Berlin, 29 March 2026: after 01:59:59 comes 03:00:00.
  EXPECT_EQ(After("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
            (Moments{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}));
  EXPECT_EQ(After("*/20 2 * * *", "Europe/Berlin", "2026-03-29", 2),
            (Moments{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}));
  EXPECT_EQ(After("0 2,3 * * *", "Europe/Berlin", "2026-03-29", 2),
            (Moments{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}))
      << "what is skipped and what is due at that moment are one";
}

TEST(ScheduleTest, ALocalTimeThatIsShownTwiceHappensTheFirstTime) {
  // Berlin, 25 October 2026: after 02:59:59 comes 02:00:00.
  EXPECT_EQ(After("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            (Moments{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}));
  EXPECT_EQ(After("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", 1),
            (Moments{"2026-10-26T01:30:00Z"}))
      << "one that begins to look between the two";
}

TEST(ScheduleTest, EveryHourIsEveryHourThatPasses) {
  EXPECT_EQ(After("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3),
            (Moments{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"}));
  EXPECT_EQ(After("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 2),
            (Moments{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"}));
}

TEST(ScheduleTest, ClocksMayBeSetByHalfAnHourOrSkipADay) {
  // Lord Howe, 4 October 2026: after 01:59:59 comes 02:30:00.
  EXPECT_EQ(After("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 1),
            (Moments{"2026-10-03T15:30:00Z"}));
  // Apia had no 30 December 2011.
  EXPECT_EQ(After("0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", 3),
            (Moments{"2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"}));
}

TEST(ScheduleTest, KnowsTheYearsToCome) {
  EXPECT_EQ(After("0 12 1 7 *", "Europe/Berlin", "2058-01-01", 1), (Moments{"2058-07-01T10:00:00Z"}));
}

TEST(ScheduleTest, ADateMayComeRarelyButMustCome) {
  EXPECT_EQ(After("0 0 29 2 *", "UTC", "2097-01-01", 1), (Moments{"2104-02-29T00:00:00Z"}));
  EXPECT_EQ(Refused("0 0 30 2 *"), "the date of the schedule '0 0 30 2 *' never comes");
}

TEST(ScheduleTest, TheLastDayOfTheMonthAndNicknames) {
  EXPECT_EQ(After("0 0 L * *", "UTC", "2028-02-01", 2),
            (Moments{"2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"}));
  EXPECT_EQ(After("@weekly", "UTC", "2026-11-23", 1), (Moments{"2026-11-29T00:00:00Z"}));
  EXPECT_EQ(After("*/30 * * * * *", "UTC", "2026-11-23", 2),
            (Moments{"2026-11-23T00:00:30Z", "2026-11-23T00:01:00Z"}));
}

TEST(ScheduleTest, TheLastMomentUpToNow) {
  const auto last = [](std::string_view expression, std::string_view now) {
    return FormatUtc(*In(expression, "Europe/Berlin").Last(*ParseTime(now) / 1000) * 1000).substr(0, 16);
  };
  EXPECT_EQ(last("30 2 * * *", "2026-03-29T00:59:59Z"), "2026-03-28T01:30");
  EXPECT_EQ(last("30 2 * * *", "2026-03-29T01:00:00Z"), "2026-03-29T01:00");
  EXPECT_EQ(last("0 0 29 2 *", "2026-03-29"), "2024-02-28T23:00");
  EXPECT_EQ(last("* * * * *", "2026-03-29T10:20:30Z"), "2026-03-29T10:20");
}

TEST(ScheduleTest, SaysWhatIsWrongWithAnExpression) {
  EXPECT_EQ(Refused("0 25 * * *"), "the hour '25' of a schedule is not between 0 and 23");
  EXPECT_EQ(Refused("0 0 * * MOON"), "the day of the week 'MOON' of a schedule is not between 0 and 7");
  EXPECT_EQ(Refused("5-1 0 * * *"), "the minute '5-1' of a schedule ends before it begins");
  EXPECT_EQ(Refused("*/0 0 * * *"),
            "the minute '*/0' of a schedule needs a whole number above 0 behind its '/'");
  EXPECT_NE(Refused("0 0 * *").find("is no schedule"), std::string::npos);
  EXPECT_NE(Refused("").find("is no schedule"), std::string::npos);
}

TEST(ZoneTest, ANameThatIsNoneIsRefused) {
  for (const char* name :
       {"", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "localtime", "Europe/Ber lin"})
    EXPECT_FALSE(Zone::Named(name)) << name;
}

TEST(ZoneTest, TheMomentOfALocalTime) {
  const Zone berlin = *Zone::Named("Europe/Berlin");
  const auto moment = [&](std::string_view local) {
    return FormatUtc(berlin.MomentOf(*ParseTime(local) / 1000) * 1000);
  };
  EXPECT_EQ(moment("2026-07-01T00:00:00Z"), "2026-06-30T22:00:00.000Z");
  EXPECT_EQ(moment("2026-10-25T02:30:00Z"), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(moment("2026-03-29T02:30:00Z"), "2026-03-29T01:00:00.000Z");
}

}  // namespace
}  // namespace cairn::calendar
