#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "loop/comparison/comparison.h"
#include "loop/comparison/testing/golden.h"

/// What must hold of every statistic, whatever the numbers are.
namespace cairn::comparison {
namespace {

using OnSamples = std::function<Result<TestResult>(const Sample&, const Sample&)>;
struct NamedTest {
  const char* name;
  OnSamples test;
};

const std::vector<NamedTest>& RankTests() {
  static const std::vector<NamedTest> tests{
      {"ks", [](const Sample& x, const Sample& y) { return KolmogorovSmirnov(x, y); }},
      {"anderson", [](const Sample& x, const Sample& y) { return AndersonDarling(x, y); }},
      {"cramer_von_mises", [](const Sample& x, const Sample& y) { return CramerVonMises(x, y); }},
      {"mann_whitney", [](const Sample& x, const Sample& y) { return MannWhitney(x, y); }},
  };
  return tests;
}

std::vector<NamedTest> AllTests() {
  std::vector<NamedTest> tests = RankTests();
  tests.push_back({"student", [](const Sample& x, const Sample& y) { return StudentT(x, y); }});
  tests.push_back({"welch", [](const Sample& x, const Sample& y) { return WelchT(x, y); }});
  tests.push_back({"epps_singleton", [](const Sample& x, const Sample& y) { return EppsSingleton(x, y); }});
  return tests;
}

struct Pair {
  std::vector<double> x, y;
};
/// With and without ties, equal and unequal sizes, alike and apart.
std::vector<Pair> Pairs() {
  return {{Drawn(201, 7), Drawn(202, 5)},
          {Drawn(203, 60), Drawn(204, 60, 0.2)},
          {Drawn(205, 300), Drawn(206, 90, 0, 2)},
          {Drawn(207, 200, 0, 1, 3), Drawn(208, 170, 0.1, 1, 3)},
          {Drawn(209, 12000), Drawn(210, 9000, 0.05)}};
}

TEST(Properties, SidesMayBeSwapped) {
  for (const Pair& pair : Pairs()) {
    for (const NamedTest& one : AllTests()) {
      const auto there = one.test(pair.x, pair.y), back = one.test(pair.y, pair.x);
      EXPECT_TRUE(Near(there->p_value, back->p_value, 1e-9, 0)) << one.name;
    }
    const Sample x(pair.x), y(pair.y);
    EXPECT_TRUE(Near(*Wasserstein(x, y), *Wasserstein(y, x), 1e-12, 0));
    EXPECT_TRUE(Near(*EnergyDistance(x, y), *EnergyDistance(y, x), 1e-12, 0));
    EXPECT_TRUE(Near(*JsDivergenceTfdv(x, y, 3, 4), *JsDivergenceTfdv(y, x, 4, 3), 1e-12, 0));
    const PairedCounts there = *BinDistinctTogether(x, y, NumberKind::Real),
                       back{there.current, there.reference};
    for (const auto& distance :
         {JsDistanceE, JsDistance2, JsDivergence2, Hellinger, TotalVariation, LInfinity, PsiEvidently})
      EXPECT_TRUE(Near(*distance(there), *distance(back), 1e-12, 1e-15));
    EXPECT_TRUE(Near(ChiSquareHomogeneity(there)->p_value, ChiSquareHomogeneity(back)->p_value, 1e-9, 0));
    EXPECT_TRUE(Near(GTestHomogeneity(there)->p_value, GTestHomogeneity(back)->p_value, 1e-9, 0));
  }
}

TEST(Properties, RankTestsSeeOnlyTheOrder) {
  for (const Pair& pair : Pairs()) {
    Pair bent = pair;
    for (auto* side : {&bent.x, &bent.y}) {
      for (double& value : *side) value = std::exp(3 * value) - 7;
    }
    for (const NamedTest& one : RankTests()) {
      const auto plain = one.test(pair.x, pair.y), other = one.test(bent.x, bent.y);
      EXPECT_EQ(plain->statistic, other->statistic) << one.name;
      EXPECT_EQ(plain->p_value, other->p_value) << one.name;
    }
  }
}

TEST(Properties, DistancesScaleAsTheyShould) {
  for (const Pair& pair : Pairs()) {
    Pair moved = pair;
    for (auto* side : {&moved.x, &moved.y}) {
      for (double& value : *side) value = 4 * value + 3;
    }
    EXPECT_TRUE(Near(*Wasserstein(moved.x, moved.y), 4 * *Wasserstein(pair.x, pair.y), 1e-9, 0));
    EXPECT_TRUE(Near(*EnergyDistance(moved.x, moved.y), 2 * *EnergyDistance(pair.x, pair.y), 1e-9, 0));
    EXPECT_TRUE(Near(*WassersteinNormed(moved.x, moved.y), *WassersteinNormed(pair.x, pair.y), 1e-9, 0));
    EXPECT_TRUE(
        Near(EppsSingleton(moved.x, moved.y)->statistic, EppsSingleton(pair.x, pair.y)->statistic, 1e-1, 0));
  }
}

TEST(Properties, EppsAndSingletonOfTwoValuesIsATestOfTwoProportions) {
  std::vector<double> x(400, 0.0), y(500, 0.0);
  std::fill(x.begin(), x.begin() + 180, 1.0);
  std::fill(y.begin(), y.begin() + 260, 1.0);
  const double p1 = 180.0 / 400, p2 = 260.0 / 500;
  const double unpooled = (p1 - p2) * (p1 - p2) / (p1 * (1 - p1) / 400 + p2 * (1 - p2) / 500);
  EXPECT_TRUE(Near(EppsSingleton(x, y)->statistic, unpooled, 1e-9, 0));
}

TEST(Properties, NothingDiffersFromItself) {
  for (const Pair& pair : Pairs()) {
    const Sample x(pair.x);
    EXPECT_EQ(*Wasserstein(x, x), 0);
    EXPECT_EQ(*EnergyDistance(x, x), 0);
    EXPECT_EQ(KolmogorovSmirnov(x, x)->p_value, 1);
    const PairedCounts same = *CountPerValue(x, x);
    for (const auto& distance : {JsDistanceE, JsDistance2, JsDivergence2, Hellinger, TotalVariation,
                                 LInfinity, PsiEvidently, KlDivergence, KlDivergenceEvidently})
      EXPECT_EQ(*distance(same), 0);
    EXPECT_EQ(ChiSquareHomogeneity(same)->p_value, 1);
  }
}

TEST(Properties, DistancesOfSharesLieBetweenTheirBounds) {
  const PairedCounts apart{{5, 0, 9, 0}, {0, 3, 0, 8}};
  EXPECT_DOUBLE_EQ(*JsDistance2(apart), 1);
  EXPECT_DOUBLE_EQ(*JsDistanceE(apart), std::sqrt(std::log(2.0)));
  EXPECT_DOUBLE_EQ(*Hellinger(apart), 1);
  EXPECT_DOUBLE_EQ(*TotalVariation(apart), 1);
  EXPECT_TRUE(std::isinf(*KlDivergence(apart)));
}

constexpr int kRuns = 2000;

/// The share of clean pairs with p at most `level`.
double ShareAtMost(double level, const std::vector<double>& p_values) {
  return static_cast<double>(std::ranges::count_if(p_values, [level](double p) { return p <= level; })) /
         static_cast<double>(p_values.size());
}

void ExpectUniform(const std::vector<double>& p_values, const char* name, double shy) {
  for (const double level : {0.01, 0.05, 0.2}) {
    const double error = std::sqrt(level * (1 - level) / kRuns), share = ShareAtMost(level, p_values);
    EXPECT_LE(share, level + 4 * error) << name << " at " << level;
    EXPECT_GE(share, level * shy - 4 * error) << name << " at " << level;
  }
}

TEST(Properties, PIsUniformWhereNothingDiffers) {
  for (const NamedTest& one : AllTests()) {
    std::vector<double> p_values;
    for (std::uint64_t run = 0; run < kRuns; ++run)
      p_values.push_back(one.test(Drawn(100000 + 2 * run, 80), Drawn(500001 + 2 * run, 65))->p_value);
    // D takes few values on few rows, so that its p-values are a little too large; Epps and Singleton's reach
    // their distribution only slowly.
    ExpectUniform(p_values, one.name, 0.7);
  }
}

PairedCounts CleanCounts(std::uint64_t seed, std::size_t rows) {
  PairedCounts counts{std::vector<std::int64_t>(6), std::vector<std::int64_t>(6)};
  for (const double u : Uniform(seed, rows)) ++counts.reference[static_cast<std::size_t>(6 * u * u)];
  for (const double u : Uniform(seed + 7919, rows)) ++counts.current[static_cast<std::size_t>(6 * u * u)];
  return counts;
}

TEST(Properties, TestsOfHomogeneityKeepTheirLevelAndEvidentlysChiSquareDoesNot) {
  std::vector<double> chi, g, evidently, fisher, z;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const PairedCounts counts = CleanCounts(900000 + 100003 * run, 200);
    chi.push_back(ChiSquareHomogeneity(counts)->p_value);
    g.push_back(GTestHomogeneity(counts)->p_value);
    evidently.push_back(ChiSquareEvidently(counts)->p_value);
    const PairedCounts two{{counts.reference[0], 200 - counts.reference[0]},
                           {counts.current[0], 200 - counts.current[0]}};
    fisher.push_back(FisherExact(two)->p_value);
    z.push_back(TwoProportionZ(two)->p_value);
  }
  ExpectUniform(chi, "chi-square", 0.8);
  ExpectUniform(g, "G", 0.8);
  ExpectUniform(z, "z", 0.8);
  ExpectUniform(fisher, "Fisher", 0.4);
  EXPECT_GT(ShareAtMost(0.05, evidently), 0.2) << "it takes a sample for the truth";
}

}  // namespace
}  // namespace cairn::comparison
