#include "loop/evaluation/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

struct Scored {
  std::vector<double> labels, good, bad;
  std::vector<std::string> region;
};

/// `good` knows the chance of each row; `bad` knows it everywhere but in the south, where it errs, and adds
/// noise.
Scored Make(std::size_t rows) {
  Random random(77);
  Scored scored;
  for (std::size_t i = 0; i < rows; ++i) {
    const double chance = random.Unit();
    const bool south = i % 3 == 0;
    scored.labels.push_back(random.Unit() < chance ? 1 : 0);
    scored.good.push_back(chance);
    scored.bad.push_back(std::clamp((south ? 1 - chance : chance) + 0.1 * (random.Unit() - 0.5), 0.0, 1.0));
    scored.region.push_back(i == 1 ? "island" : (south ? "south" : "north"));
  }
  return scored;
}

TEST(Evaluate, ReportsEveryMetricTheCostAndTheWorstSlice) {
  const Scored scored = Make(900);
  EvaluateOptions options;
  options.slices = {{"region", scored.region}};
  options.settings.cost = {1, 5, 0, 0};
  options.bootstrap.replicates = options.slicing.bootstrap.replicates = 200;
  const auto report = Evaluate({scored.labels, scored.bad}, options);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->Text("task"), "binary");
  EXPECT_EQ(report->At("metrics").members().size(), 13u);
  EXPECT_EQ(report->Double("value"), report->At("metrics").Double("log_loss"));
  EXPECT_LT(report->At("interval").Double("low"), report->Double("value"));
  EXPECT_GT(report->At("interval").Double("high"), report->Double("value"));
  EXPECT_LE(report->At("cost").Double("cheapest"), report->At("cost").Double("at_threshold"));
  EXPECT_LT(report->At("cost").Double("cheapest_threshold"), 0.5) << "misses cost five times as much";
  EXPECT_EQ(report->At("slices").items().size(), 3u);
  EXPECT_EQ(report->At("worst_slice").Text("value"), "south");
  EXPECT_FALSE(report->At("slices").items()[2].Bool("judged", true)) << "one row is too few to judge";
  EXPECT_TRUE(Json::Parse(report->Dump()));
}

TEST(Evaluate, DecidesAtTheCheapestThresholdWhenAsked) {
  const Scored scored = Make(300);
  EvaluateOptions options;
  options.settings.cost = {1, 5, 0, 0};
  options.use_cheapest_threshold = true;
  options.bootstrap.replicates = 50;
  const Json report = *Evaluate({scored.labels, scored.good}, options);
  EXPECT_EQ(report.Double("threshold"), report.At("cost").Double("cheapest_threshold"));
  EXPECT_EQ(report.At("cost").Double("at_threshold"), report.At("cost").Double("cheapest"));
  EXPECT_EQ(report.At("metrics").Double("cost_per_1000"), report.At("cost").Double("cheapest"));
}

TEST(Evaluate, AcceptsRegressionAndOneClass) {
  EvaluateOptions options;
  options.metric = Metric::Rmse;
  const Json report = *Evaluate({std::vector<double>{1, 2, 3, 10}, std::vector<double>{1, 2, 4, 8}}, options);
  EXPECT_EQ(report.At("metrics").members().size(), 6u);
  EXPECT_EQ(report.Find("confusion"), nullptr);
  options.metric = Metric::RocAuc;
  const Json undefined = *Evaluate({std::vector<double>{0, 0, 0}, std::vector<double>{.1, .2, .3}}, options);
  EXPECT_TRUE(undefined.At("value").IsNull());
  EXPECT_TRUE(undefined.At("interval").IsNull());
}

TEST(Evaluate, RefusesASliceColumnOfAnotherLength) {
  const Scored scored = Make(60);
  EvaluateOptions options;
  const std::vector<std::string> few{"a"};
  options.slices = {{"short", few}};
  const auto refused = Evaluate({scored.labels, scored.good}, options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("short"), std::string::npos);
}

TEST(Compare, TellsBetterFromWorseWhicheverWayTheMetricRuns) {
  const Scored scored = Make(600);
  for (const Metric metric : {Metric::LogLoss, Metric::RocAuc, Metric::CostPerThousand, Metric::Rmse}) {
    SCOPED_TRACE(NameOf(metric));
    CompareOptions options;
    options.metric = metric;
    options.bootstrap.replicates = 300;
    const auto up = Compare(scored.labels, scored.good, scored.bad, options);
    const auto down = Compare(scored.labels, scored.bad, scored.good, options);
    ASSERT_TRUE(up && down);
    EXPECT_EQ(up->standing, Standing::Better);
    EXPECT_EQ(down->standing, Standing::Worse);
    EXPECT_GT(up->report.At("improvement").Double("value"), 0);
    EXPECT_TRUE(down->report.Bool("inferior"));
  }
}

TEST(Compare, MarginDecidesBetweenNotWorseAndUnclear) {
  const Scored scored = Make(600);
  std::vector<double> nearly = scored.good;
  Random random(9);
  for (double& score : nearly) score = std::clamp(score + 0.02 * (random.Unit() - 0.5), 0.001, 0.999);
  CompareOptions options;
  options.metric = Metric::Brier;
  options.bootstrap.replicates = 300;
  EXPECT_EQ(Compare(scored.labels, nearly, scored.good, options)->standing, Standing::Unclear);
  options.margin = 0.05;
  const Comparison lenient = *Compare(scored.labels, nearly, scored.good, options);
  EXPECT_EQ(lenient.standing, Standing::NotWorse);
  EXPECT_TRUE(lenient.report.Bool("non_inferior"));
  EXPECT_FALSE(lenient.report.Bool("superior", true));
  EXPECT_EQ(Compare(scored.labels, scored.good, scored.good, options)->standing, Standing::NotWorse);
}

TEST(Compare, FindsTheSliceTheCandidateLosesOn) {
  const Scored scored = Make(600);
  CompareOptions options;
  options.slices = {{"region", scored.region}};
  options.bootstrap.replicates = options.slicing.bootstrap.replicates = 200;
  const Json report = Compare(scored.labels, scored.bad, scored.good, options)->report;
  EXPECT_EQ(report.At("worst_slice").Text("value"), "south");
  EXPECT_EQ(report.At("worst_slice").Text("verdict"), "worse");
  EXPECT_TRUE(report.At("decisions").Bool("significantly_worse"));
}

TEST(Compare, RefusesUnequalLengthsAndNegativeMargins) {
  const Scored scored = Make(60);
  const std::vector<double> fewer(scored.good.begin(), scored.good.end() - 1);
  EXPECT_EQ(Compare(scored.labels, fewer, scored.good, {}).error().reason, Reason::InvalidArgument);
  CompareOptions options;
  options.margin = -1;
  EXPECT_EQ(Compare(scored.labels, scored.good, scored.good, options).error().reason,
            Reason::InvalidArgument);
}

TEST(Slices, TheWorstByItsBadEndMayBeAnotherThanTheWorstByValue) {
  const auto slice = [](const char* value, double metric, double low, double high) {
    return Slice{"column", value, 100, metric, Interval{metric, low, high}, true};
  };
  const std::vector<Slice> slices{slice("large", 0.60, 0.58, 0.62), slice("small", 0.65, 0.50, 0.80)};
  EXPECT_EQ(WorstOf(Metric::RocAuc, slices)->value, "large");
  EXPECT_EQ(WorstOf(Metric::RocAuc, slices, WorstBy::BadEnd)->value, "small");
  EXPECT_EQ(WorstOf(Metric::LogLoss, slices, WorstBy::BadEnd)->value, "small");
  auto without = slices;
  without[0].interval.reset();
  EXPECT_EQ(WorstOf(Metric::RocAuc, without, WorstBy::BadEnd)->value, "large") << "nothing is known of it";
}

}  // namespace
}  // namespace cairn::evaluation
