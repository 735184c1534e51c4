#include "loop/evaluation/signal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "loop/evaluation/probe/linear_fit.h"
#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

struct Problem {
  std::vector<FeatureColumn> features{{"amount", {}, {}}, {"age", {}, {}}, {"region", {}, {}}};
  std::vector<double> labels;
};

/// `strength` ties the label to amount and region; 0 makes it a coin.
Problem Make(std::uint64_t seed, std::size_t rows, double strength) {
  Random random(seed, 42);
  Problem problem;
  for (std::size_t i = 0; i < rows; ++i) {
    const double amount = 4 * random.Unit() - 2;
    const bool north = random.Unit() < 0.4;
    problem.features[0].numbers.push_back(random.Unit() < 0.1 ? std::nan("") : amount);
    problem.features[1].numbers.push_back(20 + 50 * random.Unit());
    problem.features[2].categories.push_back(north ? "north" : "south");
    const double odds = strength * (amount + (north ? 1 : -1));
    problem.labels.push_back(random.Unit() < 1 / (1 + std::exp(-odds)) ? 1 : 0);
  }
  return problem;
}

TEST(Signal, RandomLabelsAreNoGo) {
  const Problem problem = Make(1, 1000, 0);
  const auto verdict = FindSignal(problem.features, problem.labels, {});
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_FALSE(verdict->go);
  EXPECT_NEAR(verdict->observed, 0.5, 0.08);
  EXPECT_EQ(verdict->details.Text("verdict"), "no-go");
}

TEST(Signal, RealSignalIsGo) {
  const Problem problem = Make(2, 1000, 0.7);
  const auto verdict = FindSignal(problem.features, problem.labels, {});
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->go);
  EXPECT_DOUBLE_EQ(verdict->p_value, 0.001);
  EXPECT_GT(verdict->observed, 0.7);
  EXPECT_EQ(verdict->details.At("learning_curve").items().size(), 4u);
}

TEST(Signal, FalseGoesStayUnderAlpha) {
  constexpr int kRuns = 200;
  SignalSettings settings;
  settings.permutations = 99;
  settings.alpha = 0.1;
  int goes = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const Problem problem = Make(1000 + run, 120, 0);
    settings.seed = run;
    goes += FindSignal(problem.features, problem.labels, {}, settings)->go;
  }
  EXPECT_LE(goes, kRuns * 0.1 + 3 * std::sqrt(kRuns * 0.1 * 0.9));
  EXPECT_GT(goes, 3) << "far fewer than alpha would mean the test is not exact";
}

TEST(Signal, SeesACurveThatNoStraightLineFollows) {
  Problem problem = Make(3, 1500, 0);
  Random random(3);
  for (std::size_t i = 0; i < problem.labels.size(); ++i) {
    problem.labels[i] =
        std::fabs(problem.features[1].numbers[i] - 45) < 12.5 ? random.Unit() < 0.8 : random.Unit() < 0.2;
  }
  EXPECT_TRUE(FindSignal(problem.features, problem.labels, {})->go);
}

TEST(Signal, NumericLabelsAreJudgedByCorrelation) {
  Problem problem = Make(4, 600, 0);
  Random random(4);
  for (std::size_t i = 0; i < problem.labels.size(); ++i) problem.labels[i] = random.Unit();
  EXPECT_FALSE(FindSignal(problem.features, problem.labels, {})->go);
  for (std::size_t i = 0; i < problem.labels.size(); ++i)
    problem.labels[i] += 0.02 * problem.features[1].numbers[i];
  const auto verdict = FindSignal(problem.features, problem.labels, {});
  EXPECT_TRUE(verdict->go);
  EXPECT_EQ(verdict->details.Text("statistic"), "correlation");
}

TEST(Signal, SaysWhetherTheRuleIsBeaten) {
  const Problem problem = Make(5, 2000, 1.0);
  std::vector<double> good(2000), coin(2000);
  Random random(5);
  for (std::size_t i = 0; i < good.size(); ++i) {
    good[i] = problem.labels[i] == 1 ? 0.9 : 0.1;
    coin[i] = random.Unit() < 0.5;
  }
  const auto against_coin = FindSignal(problem.features, problem.labels, coin);
  ASSERT_TRUE(against_coin);
  EXPECT_EQ(against_coin->details.At("heuristic").Text("probe_beats_heuristic"), "yes");
  const auto against_good = FindSignal(problem.features, problem.labels, good);
  EXPECT_EQ(against_good->details.At("heuristic").Text("probe_beats_heuristic"), "no");
}

TEST(Signal, EqualInputGivesEqualDetails) {
  const Problem problem = Make(6, 400, 0.2);
  const std::string first = FindSignal(problem.features, problem.labels, {})->details.Dump();
  EXPECT_EQ(first, FindSignal(problem.features, problem.labels, {})->details.Dump());
}

TEST(Signal, RefusesWhatCannotTell) {
  Problem problem = Make(7, 200, 1);
  std::vector<FeatureColumn> constant{{"same", std::vector<double>(200, 3.0), {}}};
  EXPECT_EQ(FindSignal(constant, problem.labels, {}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(FindSignal(problem.features, std::vector<double>(200, 1.0), {}).error().reason,
            Reason::Unprocessable);
  EXPECT_EQ(FindSignal(problem.features, std::vector<double>(199, 1.0), {}).error().reason,
            Reason::InvalidArgument);
  SignalSettings settings;
  settings.permutations = 50;
  EXPECT_EQ(FindSignal(problem.features, problem.labels, {}, settings).error().reason,
            Reason::InvalidArgument);
}

TEST(LinearFit, EqualsScikitLearn) {
  std::ifstream file("src/loop/evaluation/testdata/evaluation.json");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Json golden = *Json::Parse(text);
  const Json& fits = golden.At("linear_fits");
  Design design{5, {}};
  std::vector<double> classes, numbers;
  for (std::size_t i = 0; i < fits.At("rows").items().size(); ++i) {
    design.cells.push_back(1);
    for (const Json& cell : fits.At("rows").items()[i].items()) design.cells.push_back(cell.AsDouble());
    classes.push_back(fits.At("classes").items()[i].AsDouble());
    numbers.push_back(fits.At("numbers").items()[i].AsDouble());
  }
  const std::vector<double> logistic = FitLogistic(design, classes, design.rows(), 1.0);
  const std::vector<double> least_squares = FitLeastSquares(design, numbers, design.rows(), 1.0);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(logistic[i], fits.At("logistic").items()[i].AsDouble(), 1e-7);
    EXPECT_NEAR(least_squares[i], fits.At("least_squares").items()[i].AsDouble(), 1e-9);
  }
}

}  // namespace
}  // namespace cairn::evaluation
