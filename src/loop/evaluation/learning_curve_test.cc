#include "loop/evaluation/learning_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "loop/evaluation/random.h"
#include "loop/evaluation/report_page.h"

namespace cairn::evaluation {
namespace {

using ::testing::HasSubstr;

/// Trainings that go by a law, but for chance.
std::vector<TrainedOn> Trainings(double limit, double scale, double exponent, double chance) {
  Random random(7);
  std::vector<TrainedOn> all;
  for (const double rows : {100., 200., 400., 800., 1600.}) {
    for (int draw = 0; draw < 4; ++draw) {
      const double off =
          (random.Unit() + random.Unit() + random.Unit() - 1.5) * chance / std::sqrt(rows / 100);
      all.push_back({rows, limit - scale * std::pow(rows, -exponent) + off});
    }
  }
  return all;
}

TEST(LearningCurveTest, FindsTheLawThatMadeTheFigures) {
  const auto curve = LearningCurve(Trainings(0.95, 3, 0.5, 0), {});
  ASSERT_TRUE(curve) << curve.error().message;
  EXPECT_NEAR(curve->At("law").Double("limit"), 0.95, 0.01);
  EXPECT_NEAR(curve->At("law").Double("exponent"), 0.5, 0.02);
  const double gain = 3 * (std::pow(1600, -0.5) - std::pow(3200, -0.5));
  EXPECT_NEAR(curve->At("gain").Double("value"), gain, 0.001);
  EXPECT_EQ(curve->Text("verdict"), "yes");
  const Json& last = curve->At("points").items().back();
  EXPECT_EQ(last.Double("rows"), 1600);
  EXPECT_EQ(last.Int("trainings"), 4);
}

TEST(LearningCurveTest, IsAsSureAsItsFiguresAre) {
  const auto rising = LearningCurve(Trainings(0.95, 3, 0.5, 0.02), {});
  EXPECT_EQ(rising->Text("verdict"), "yes") << rising->Text("reason");
  const double gain = 3 * (std::pow(1600, -0.5) - std::pow(3200, -0.5));
  EXPECT_LT(rising->At("gain").Double("low"), gain);
  EXPECT_GT(rising->At("gain").Double("high"), gain);
  const auto flat = LearningCurve(Trainings(0.95, 3, 1.5, 0.005), {});
  EXPECT_EQ(flat->Text("verdict"), "no") << flat->Text("reason");
  const auto vague = LearningCurve(Trainings(0.95, 3, 0.6, 0.5), {});
  EXPECT_EQ(vague->Text("verdict"), "unclear") << vague->Text("reason");
}

TEST(LearningCurveTest, ErrorsFall) {
  std::vector<TrainedOn> errors;
  for (const TrainedOn& one : Trainings(0.95, 3, 0.5, 0.01)) errors.push_back({one.rows, 1 - one.value});
  CurveSettings settings;
  settings.higher_is_better = false;
  settings.worth = 0.01;
  const auto curve = LearningCurve(errors, settings);
  EXPECT_GT(curve->At("gain").Double("value"), 0);
  EXPECT_EQ(curve->Text("verdict"), "yes");
  settings.higher_is_better = true;
  EXPECT_EQ(LearningCurve(errors, settings)->At("gain").Double("value"), 0) << "more rows do harm";
}

TEST(LearningCurveTest, IntervalsAreStudents) {
  const std::vector<TrainedOn> all{{10, 0.1}, {10, 0.2}, {10, 0.4}, {20, 0.5}, {40, 0.6}};
  const auto curve = LearningCurve(all, {});
  const Json& first = curve->At("points").items().front();
  // scipy.stats.t.interval(0.95, 2, numpy.mean(x), scipy.stats.sem(x)) for x = 0.1, 0.2, 0.4
  EXPECT_NEAR(first.Double("low"), -0.14612, 1e-4);
  EXPECT_NEAR(first.Double("high"), 0.61279, 1e-4);
  EXPECT_TRUE(curve->At("points").items().back().At("low").IsNull());
}

TEST(LearningCurveTest, NeedsThreeSizesAndFiniteFigures) {
  const std::vector<TrainedOn> two{{10, 0.1}, {10, 0.2}, {20, 0.4}};
  EXPECT_EQ(LearningCurve(two, {}).error().reason, Reason::Unprocessable);
  const std::vector<TrainedOn> none{{10, NAN}, {20, 0.2}, {30, 0.4}};
  EXPECT_EQ(LearningCurve(none, {}).error().reason, Reason::InvalidArgument);
}

TEST(LearningCurveTest, IsDrawn) {
  Json curve = *LearningCurve(Trainings(0.95, 3, 0.5, 0.01), {});
  curve.Set("metric", "acc<").Set("file", "train.csv");
  const std::string page = CurvePage(curve);
  EXPECT_THAT(page, HasSubstr("Would more data help? yes"));
  EXPECT_THAT(page, HasSubstr("acc&lt;"));
  EXPECT_THAT(page, HasSubstr("<svg"));
}

}  // namespace
}  // namespace cairn::evaluation
