#include "loop/evaluation/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/evaluation/bootstrap.h"
#include "loop/evaluation/random.h"
#include "loop/evaluation/significance.h"

namespace cairn::evaluation {
namespace {

const Json& Golden() {
  static const Json golden = [] {
    std::ifstream file("src/loop/evaluation/testdata/evaluation.json");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto parsed = Json::Parse(text);
    EXPECT_TRUE(parsed);
    return parsed ? *parsed : Json();
  }();
  return golden;
}

std::vector<double> NumbersOf(const Json& array) {
  std::vector<double> numbers;
  for (const Json& item : array.items()) numbers.push_back(item.AsDouble());
  return numbers;
}

CostMatrix CostOf(const Json& cost) {
  return {cost.Double("false_positive"), cost.Double("false_negative"), cost.Double("true_positive"),
          cost.Double("true_negative")};
}

void ExpectMetrics(Sample sample, const MetricSettings& settings, const Json& expected) {
  for (const auto& [name, value] : expected.members()) {
    SCOPED_TRACE(name);
    const auto actual = ValueOf(*MetricNamed(name), sample, settings);
    ASSERT_TRUE(actual) << actual.error().message;
    if (value.IsNull()) {
      EXPECT_TRUE(std::isnan(*actual));
    } else {
      EXPECT_NEAR(*actual, value.AsDouble(), 1e-12 + 1e-11 * std::fabs(value.AsDouble()));
    }
  }
}

TEST(Metrics, BinaryEqualsScikitLearn) {
  ASSERT_EQ(Golden().At("binary").items().size(), 10u);
  for (const Json& one : Golden().At("binary").items()) {
    SCOPED_TRACE(one.Text("name"));
    const std::vector<double> labels = NumbersOf(one.At("labels"));
    const std::vector<double> scores = NumbersOf(one.At("scores"));
    const MetricSettings settings{one.Double("threshold"), CostOf(Golden().At("cost")),
                                  static_cast<int>(one.Int("bins"))};
    ExpectMetrics({labels, scores}, settings, one.At("metrics"));
    const Confusion confusion = *ConfusionAt({labels, scores}, settings.threshold);
    EXPECT_EQ(confusion.true_positive, one.At("confusion").Int("tp"));
    EXPECT_EQ(confusion.false_positive, one.At("confusion").Int("fp"));
    EXPECT_EQ(confusion.true_negative, one.At("confusion").Int("tn"));
    EXPECT_EQ(confusion.false_negative, one.At("confusion").Int("fn"));
    EXPECT_NEAR(CalibrationOf({labels, scores}, settings.calibration_bins)->expected_error,
                one.At("metrics").Double("calibration_error"), 1e-12);
  }
}

TEST(Metrics, CheapestThresholdEqualsABruteForceSearch) {
  for (const Json& one : Golden().At("binary").items()) {
    SCOPED_TRACE(one.Text("name"));
    const std::vector<double> labels = NumbersOf(one.At("labels"));
    const std::vector<double> scores = NumbersOf(one.At("scores"));
    const ThresholdChoice choice = *CheapestThreshold({labels, scores}, CostOf(Golden().At("cost")));
    EXPECT_EQ(choice.threshold, one.Double("cheapest_threshold"));
    EXPECT_NEAR(choice.cost_per_thousand, one.Double("cheapest"), 1e-9);
  }
}

TEST(Metrics, AnotherCostMatrixMovesTheThreshold) {
  const Json& one = Golden().At("binary").items()[0];
  const std::vector<double> labels = NumbersOf(one.At("labels"));
  const std::vector<double> scores = NumbersOf(one.At("scores"));
  const double dear_misses = CheapestThreshold({labels, scores}, {1, 20, 0, 0})->threshold;
  const double dear_alarms = CheapestThreshold({labels, scores}, {20, 1, 0, 0})->threshold;
  EXPECT_LT(dear_misses, dear_alarms);
  const std::vector<double> two{0, 1}, upside_down{0.9, 0.2};
  EXPECT_GT(CheapestThreshold({two, upside_down}, {20, 1, 0, 0})->threshold, 0.9)
      << "best to decide 1 for nobody";
}

TEST(Metrics, RegressionEqualsScikitLearn) {
  for (const Json& one : Golden().At("regression").items()) {
    SCOPED_TRACE(one.Text("name"));
    const std::vector<double> labels = NumbersOf(one.At("labels"));
    const std::vector<double> scores = NumbersOf(one.At("scores"));
    ExpectMetrics({labels, scores}, {}, one.At("metrics"));
  }
}

TEST(Metrics, WeightsCountRowsAsIfRepeated) {
  const Json& one = Golden().At("binary").items()[1];
  const std::vector<double> labels = NumbersOf(one.At("labels"));
  const std::vector<double> scores = NumbersOf(one.At("scores"));
  std::vector<std::uint32_t> weights(labels.size());
  std::vector<double> repeated_labels, repeated_scores;
  Random random(5);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = random.Below(4);
    repeated_labels.insert(repeated_labels.end(), weights[i], labels[i]);
    repeated_scores.insert(repeated_scores.end(), weights[i], scores[i]);
  }
  for (const Metric metric : AllMetrics()) {
    const Measure measure = *Measure::Of(metric, {labels, scores});
    const double expected = *ValueOf(metric, {repeated_labels, repeated_scores});
    EXPECT_NEAR(measure.Value(weights), expected, 1e-11 * std::max(1.0, std::abs(expected)))
        << NameOf(metric);
  }
}

TEST(Metrics, RefusesWhatIsNoBinarySample) {
  const std::vector<double> two{0, 1}, wide{0.5, 1.5}, classes{1, 2}, missing{0.5, std::nan("")};
  EXPECT_EQ(ValueOf(Metric::LogLoss, {two, {}}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(ValueOf(Metric::LogLoss, {{}, {}}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(ValueOf(Metric::RocAuc, {two, wide}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(ValueOf(Metric::Brier, {classes, two}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(ValueOf(Metric::Rmse, {two, missing}).error().reason, Reason::InvalidArgument);
  EXPECT_TRUE(ValueOf(Metric::Rmse, {classes, wide}));
  EXPECT_EQ(MetricNamed("auc").error().reason, Reason::InvalidArgument);
}

TEST(Bootstrap, EqualsScipyWithinMonteCarloError) {
  const Json& one = Golden().At("bootstrap");
  const std::vector<double> labels = NumbersOf(one.At("labels"));
  const std::vector<double> scores = NumbersOf(one.At("scores"));
  const Measure measure = *Measure::Of(Metric::Mae, {labels, scores});
  const Interval interval =
      *IntervalOf(measure, {.replicates = 20000, .confidence = 0.95, .seed = 3, .threads = 0});
  EXPECT_NEAR(interval.low, one.Double("low"), 0.1 * one.Double("standard_error"));
  EXPECT_NEAR(interval.high, one.Double("high"), 0.1 * one.Double("standard_error"));
  EXPECT_DOUBLE_EQ(interval.value, one.At("metrics").Double("mae"));
}

TEST(Bootstrap, GivesTheSameNumbersOnAnyNumberOfThreads) {
  const Json& one = Golden().At("binary").items()[0];
  const std::vector<double> labels = NumbersOf(one.At("labels"));
  const std::vector<double> scores = NumbersOf(one.At("scores"));
  const Measure measure = *Measure::Of(Metric::RocAuc, {labels, scores});
  const Interval alone =
      *IntervalOf(measure, {.replicates = 200, .confidence = 0.9, .seed = 11, .threads = 1});
  const Interval shared =
      *IntervalOf(measure, {.replicates = 200, .confidence = 0.9, .seed = 11, .threads = 3});
  EXPECT_EQ(alone.low, shared.low);
  EXPECT_EQ(alone.high, shared.high);
  const Interval other =
      *IntervalOf(measure, {.replicates = 200, .confidence = 0.9, .seed = 12, .threads = 3});
  EXPECT_NE(alone.low, other.low);
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  int covered = 0;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    Random random(trial, 99);
    std::vector<double> labels(150, 0.0), scores(150);
    for (double& score : scores) score = random.Unit();
    const Interval interval =
        *IntervalOf(*Measure::Of(Metric::Mae, {labels, scores}),
                    {.replicates = 200, .confidence = 0.9, .seed = trial, .threads = 1});
    covered += interval.low <= 0.5 && 0.5 <= interval.high;
  }
  EXPECT_GE(covered, 166);
  EXPECT_LE(covered, 194);
}

TEST(Bootstrap, LeavesOutReplicatesWithoutBothClasses) {
  const std::vector<double> labels{1, 0, 0, 0, 0, 0}, scores{0.9, 0.1, 0.2, 0.3, 0.95, 0.4};
  const Interval interval = *IntervalOf(*Measure::Of(Metric::RocAuc, {labels, scores}));
  EXPECT_GT(interval.undefined, 200);
  const std::vector<double> zeros(6, 0.0);
  EXPECT_EQ(IntervalOf(*Measure::Of(Metric::RocAuc, {zeros, scores})).error().reason, Reason::Unprocessable);
}

TEST(Bootstrap, PairedDifferenceCancelsWhatTheRowsShare) {
  Random random(8);
  std::vector<double> labels(400), a(400), b(400);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = 100 * random.Unit();
    a[i] = labels[i] + 30 * (random.Unit() - 0.5);
    b[i] = a[i] + (a[i] > labels[i] ? 0.5 : -0.5);
  }
  const Measure better = *Measure::Of(Metric::Mae, {labels, a});
  const Measure worse = *Measure::Of(Metric::Mae, {labels, b});
  const Interval difference = *DifferenceInterval(better, worse);
  EXPECT_LT(difference.high, 0);
  EXPECT_NEAR(difference.value, -0.5, 1e-9);
  EXPECT_GT(IntervalOf(better)->high, IntervalOf(worse)->low) << "apart, the two intervals overlap";
}

TEST(Significance, ProportionsEqualScipy) {
  for (const Json& one : Golden().At("proportions").items()) {
    const auto& before = one.At("before").items();
    const auto& after = one.At("after").items();
    const ProportionTest test =
        *TwoProportions({before[0].AsInt(), before[1].AsInt()}, {after[0].AsInt(), after[1].AsInt()});
    EXPECT_NEAR(test.z, one.Double("z"), 1e-10);
    EXPECT_NEAR(test.p_value, one.Double("p"), 1e-12);
    EXPECT_NEAR(test.p_worse, one.Double("p_worse"), 1e-12);
    EXPECT_NEAR(test.p_exact, one.Double("fisher"), 1e-10);
  }
  EXPECT_TRUE(TwoProportions({50, 1000}, {80, 1000})->significantly_worse);
  EXPECT_FALSE(TwoProportions({80, 1000}, {50, 1000})->significantly_worse) << "better is not worse";
  EXPECT_FALSE(TwoProportions({3, 100}, {5, 100})->significantly_worse);
  EXPECT_EQ(TwoProportions({3, 0}, {1, 2}).error().reason, Reason::InvalidArgument);
}

TEST(Significance, PairedEqualsScipysBinomial) {
  for (const Json& one : Golden().At("paired").items()) {
    EXPECT_NEAR(PairedFailures(one.Int("before"), one.Int("after"))->p_value, one.Double("p"), 1e-11);
  }
  EXPECT_TRUE(PairedFailures(12, 30)->significantly_worse);
  EXPECT_FALSE(PairedFailures(30, 12)->significantly_worse);
}

}  // namespace
}  // namespace cairn::evaluation
