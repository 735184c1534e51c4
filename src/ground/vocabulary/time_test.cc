#include "ground/vocabulary/time.h"

#include <gtest/gtest.h>

namespace cairn {
namespace {

TEST(Time, FormatsAndParsesBack) {
  for (const TimeMs at : {TimeMs{0}, TimeMs{1356998400000}, TimeMs{951782400123}, TimeMs{-1}}) {
    EXPECT_EQ(*ParseTime(FormatUtc(at)), at) << FormatUtc(at);
  }
  EXPECT_EQ(FormatUtc(1356998400000), "2013-01-01T00:00:00.000Z");
}

TEST(Time, ReadsZonesAndShortForms) {
  EXPECT_EQ(*ParseTime("2013-01-01"), 1356998400000);
  EXPECT_EQ(*ParseTime("2013-01-01T02:00:00+02:00"), 1356998400000);
  EXPECT_EQ(*ParseTime("2013-01-01 00:00"), 1356998400000);
  EXPECT_EQ(*ParseTime("2013-01-01T00:00:00.5Z"), 1356998400500);
}

TEST(Time, RefusesDatesThatDoNotExist) {
  for (const char* wrong :
       {"", "2013", "2013-02-30", "2013-13-01", "2013-01-01T25:00", "2013-01-01T00:00:00X", "yesterday"}) {
    EXPECT_FALSE(ParseTime(wrong)) << wrong;
  }
}

TEST(Time, DurationsForPeople) {
  EXPECT_EQ(FormatDuration(340), "340 ms");
  EXPECT_EQ(FormatDuration(2100), "2.1 s");
  EXPECT_EQ(FormatDuration(200'000), "3 min 20 s");
}

}  // namespace
}  // namespace cairn
