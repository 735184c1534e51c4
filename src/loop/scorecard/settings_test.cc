#include "loop/scorecard/settings.h"

#include <gtest/gtest.h>

namespace cairn::scorecard {
namespace {

Result<Settings> Read(const std::string& section) {
  return ParseScorecard(*ParseYaml("project: p\n" + section, "cairn.yaml"));
}

TEST(ScorecardSettingsTest, WithoutTheSectionTheDefaultsHold) {
  const auto settings = Read("");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->CadenceOf("T-D1"), kCadenceMs);
  EXPECT_EQ(settings->bands.lead_ms[0], 86'400'000);
}

TEST(ScorecardSettingsTest, CadencesChecksAndBandsAreRead) {
  const auto settings = Read(R"(scorecard:
  cadence: 7d
  cadences: {T-M2: 90d}
  checks: [{test: T-D7, stage: unit_tests}, {test: T-D7, stage: more_tests}]
  bands: {per_day: [2, 1, 0.5], lead: [1h, 1d, 2d], failure: [1%, 2%, 0.5]}
)");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->CadenceOf("T-D1"), 7 * 86'400'000LL);
  EXPECT_EQ(settings->CadenceOf("T-M2"), 90 * 86'400'000LL);
  EXPECT_EQ(settings->checks.count("T-D7"), 2u);
  EXPECT_DOUBLE_EQ(settings->bands.failure[1], 0.02);
  EXPECT_EQ(settings->bands.restore_ms[0], 3'600'000);
}

TEST(ScorecardSettingsTest, WhatCannotBeMeantIsRefusedWithItsPlace) {
  struct Case {
    const char *section, *says;
  };
  for (const Case& one : {
           Case{"scorecard: {cadence: soon}", "'soon' is not a duration"},
           Case{"scorecard: {cadence: 0d}", "longer than nothing"},
           Case{"scorecard: {cadences: {T-D9: 1d}}", "'T-D9' is no test of the rubric"},
           Case{"scorecard: {checks: [{test: T-I4, stage: x}]}", "the program does T-I4 itself"},
           Case{"scorecard: {checks: [{test: T-D7}]}", "needs a 'stage'"},
           Case{"scorecard: {bands: {lead: [7d, 1d, 30d]}}", "from the best to the worst"},
           Case{"scorecard: {bands: {lead: [7d]}}", "three bounds"},
           Case{"scorecard: {cadance: 1d}", "cadence"},
       }) {
    const auto settings = Read(one.section);
    ASSERT_FALSE(settings) << one.section;
    EXPECT_EQ(settings.error().reason, Reason::InvalidArgument);
    EXPECT_NE(settings.error().message.find(one.says), std::string::npos) << settings.error().message;
    EXPECT_NE(settings.error().message.find("cairn.yaml:2:"), std::string::npos) << settings.error().message;
  }
}

}  // namespace
}  // namespace cairn::scorecard
