#include "loop/batch/input_drift.h"

#include <gtest/gtest.h>

namespace cairn::batch {
namespace {

using runtime::Features;

const Json kReference = *Json::Parse(R"({
  "distance": {"kind": "number", "rows": 100, "edges": [0, 1, 2, 3], "counts": [50, 30, 20], "grid": [0, 3]},
  "carrier": {"kind": "category", "rows": 100, "levels": {"AA": 60, "UA": 40}, "others": 0},
  "late": {"kind": "category", "rows": 10, "levels": {"false": 5, "true": 5}, "others": 0},
  "gone": {"kind": "category", "rows": 10, "levels": {"x": 10}, "others": 0}})");

Features Rows(Features::Numbers distance, Features::Texts carrier, std::vector<std::uint8_t> nulls = {}) {
  Features rows;
  EXPECT_TRUE(rows.Add({"distance", std::move(distance), std::move(nulls)}));
  EXPECT_TRUE(rows.Add({"carrier", std::move(carrier), {}}));
  return rows;
}

TEST(InputDrifts, CountPieceByPieceWhatTheyCountAtOnce) {
  const auto drift = *InputDrift::Against(kReference);
  InputDrift::Counts sum;
  InputDrift::Add(sum, drift.Count(Rows({0.5, 9, -1}, {"AA", "UA", "ZZ"}, {0, 0, 0})));
  InputDrift::Add(sum, drift.Count(Rows({1.5, 2.5}, {"AA", "AA"}, {0, 1})));
  EXPECT_EQ(sum["distance"].bins, (std::vector<std::int64_t>{2, 1, 1}));  // outside counts in the end bins
  EXPECT_EQ(sum["distance"].missing, 1);
  EXPECT_EQ(sum["carrier"].bins, (std::vector<std::int64_t>{3, 1, 1}));
  EXPECT_EQ(InputDrift::ToJson(InputDrift::FromJson(InputDrift::ToJson(sum))), InputDrift::ToJson(sum));
}

TEST(InputDrifts, AreNoneWhereSharesAreThoseOfTraining) {
  const auto drift = *InputDrift::Against(kReference);
  InputDrift::Counts counts;
  counts["distance"].bins = {500, 300, 200};
  counts["carrier"].bins = {6, 4, 0};
  const Json report = drift.Report(counts);
  EXPECT_DOUBLE_EQ(report.Double("largest", 9), 0);
  EXPECT_FALSE(BeyondLimit(report, 0));
}

TEST(InputDrifts, NameTheColumnThatIsFarthest) {
  const auto drift = *InputDrift::Against(kReference);
  InputDrift::Counts counts;
  counts["distance"].bins = {20, 30, 50};
  counts["carrier"].bins = {6, 4, 0};
  const Json report = drift.Report(counts);
  EXPECT_EQ(report.Text("column"), "distance");
  EXPECT_NEAR(report.Double("largest"), 2 * 0.3 * 0.9162907, 1e-6);  // sum of (p - q) ln(p / q)
  EXPECT_FALSE(BeyondLimit(report, 0.6));
  EXPECT_NE(BeyondLimit(report, 0.5)->find("'distance'"), std::string::npos);
}

TEST(InputDrifts, OfColumnsWithoutAnyValueAreBeyondAnyLimit) {
  const auto drift = *InputDrift::Against(kReference);
  Features rows;
  ASSERT_TRUE(rows.Add({"gone", Features::Texts{"", ""}, {1, 1}}));
  ASSERT_TRUE(rows.Add({"late", Features::Numbers{0, 1}, {}}));
  const Json report = drift.Report(drift.Count(rows));
  EXPECT_DOUBLE_EQ(report.Double("largest", 9), 0);  // truth values are levels of their own names
  EXPECT_NE(BeyondLimit(report, 100)->find("'gone'"), std::string::npos);
}

TEST(InputDrifts, AgainstNothingCompareNothing) {
  const auto drift = *InputDrift::Against(Json());
  EXPECT_TRUE(drift.Count(Rows({1}, {"AA"})).empty());
  EXPECT_TRUE(drift.Report({}).At("largest").IsNull());
}

}  // namespace
}  // namespace cairn::batch
