#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/comparison/comparison.h"
#include "loop/comparison/exact/cramer_von_mises.h"
#include "loop/comparison/exact/hypergeometric.h"
#include "loop/comparison/exact/kolmogorov.h"
#include "loop/comparison/exact/special_functions.h"
#include "loop/comparison/testing/golden.h"

namespace cairn::comparison {
namespace {

constexpr double kRelative = 1e-9;
constexpr double kAbsolute = 1e-12;

const Json& Golden() {
  static const Json golden = ReadGolden("src/loop/comparison/testdata/compare.json");
  return golden;
}

std::vector<std::int64_t> CountsOf(const Json& array) {
  std::vector<std::int64_t> counts;
  for (const Json& item : array.items()) counts.push_back(item.AsInt());
  return counts;
}

/// [statistic, p] of scipy; null where scipy raises or gives NaN.
void ExpectTest(const Result<TestResult>& test, const Json& expected, const char* name,
                double p_slack = 1e-300) {
  if (expected.IsNull()) return;
  ASSERT_TRUE(test) << name << ": " << test.error().message;
  EXPECT_TRUE(Near(test->statistic, NumberOf(expected.items()[0]), kRelative, kAbsolute)) << name;
  EXPECT_TRUE(Near(test->p_value, NumberOf(expected.items()[1]), kRelative, p_slack)) << name << " p";
}

NumberKind KindOf(const Json& one) { return one.Bool("whole") ? NumberKind::Whole : NumberKind::Real; }

TEST(Statistics, TestsOnNumbersGiveScipysStatisticAndP) {
  ASSERT_GE(Golden().At("pairs").items().size(), 30u);
  for (const Json& one : Golden().At("pairs").items()) {
    SCOPED_TRACE(one.Text("name"));
    const Sample x(SampleOf(one.At("reference"))), y(SampleOf(one.At("current")));
    const Json& scipy = one.At("scipy");
    ExpectTest(KolmogorovSmirnov(x, y), scipy.At("ks"), "ks");
    ExpectTest(KolmogorovSmirnov(x, y, Precision::Asymptotic), scipy.At("ks_asymptotic"), "ks_asymptotic");
    ExpectTest(AndersonDarling(x, y), scipy.At("anderson"), "anderson");
    ExpectTest(CramerVonMises(x, y, Precision::AsScipy), scipy.At("cramer_von_mises"), "cramer_von_mises",
               kAbsolute);
    // The truth differs from scipy's sum only where that has left probability for what it leaves out.
    ExpectTest(CramerVonMises(x, y), scipy.At("cramer_von_mises"), "cramer_von_mises", 1e-6);
    ExpectTest(MannWhitney(x, y), scipy.At("mann_whitney"), "mann_whitney");
    ExpectTest(MannWhitney(x, y, Alternative::Less), scipy.At("mann_whitney_less"), "mann_whitney_less");
    ExpectTest(MannWhitney(x, y, Alternative::Greater), scipy.At("mann_whitney_greater"),
               "mann_whitney_greater");
    ExpectTest(StudentT(x, y), scipy.At("student"), "student");
    ExpectTest(StudentT(x, y, Alternative::Less), scipy.At("student_less"), "student_less");
    ExpectTest(WelchT(x, y), scipy.At("welch"), "welch");
    ExpectTest(EppsSingleton(x, y), scipy.At("epps_singleton"), "epps_singleton");
  }
}

TEST(Statistics, DistancesOfNumbersAreScipys) {
  for (const Json& one : Golden().At("pairs").items()) {
    SCOPED_TRACE(one.Text("name"));
    const Sample x(SampleOf(one.At("reference"))), y(SampleOf(one.At("current")));
    EXPECT_TRUE(Near(*Wasserstein(x, y), one.Double("wasserstein_raw"), kRelative, kAbsolute));
    EXPECT_TRUE(Near(*EnergyDistance(x, y), one.Double("energy"), kRelative, kAbsolute));
    EXPECT_TRUE(Near(*LargestGap(x, y), KolmogorovSmirnov(x, y)->statistic, kRelative, kAbsolute));
    const PairedCounts doane = *BinByReference(x, y, KindOf(one));
    const auto reference = CountsOf(one.At("doane").items()[0]),
               current = CountsOf(one.At("doane").items()[1]);
    ASSERT_GE(doane.reference.size(), reference.size());
    EXPECT_TRUE(std::equal(reference.begin(), reference.end(), doane.reference.begin()));
    EXPECT_TRUE(std::equal(current.begin(), current.end(), doane.current.begin()));
    EXPECT_EQ(Total(doane.current), y.rows());
  }
}

/// Where a distance is nothing, rounding under a root leaves 1e-8 in Evidently's.
double SlackOf(const std::string& method, double expected) {
  const bool rooted = method == "jensenshannon" || method == "hellinger";
  return rooted && expected < 1e-7 ? 3e-8 : kAbsolute;
}

TEST(Statistics, ColumnsOfNumbersScoreAsInEvidentlyItself) {
  int compared = 0;
  for (const Json& one : Golden().At("pairs").items()) {
    SCOPED_TRACE(one.Text("name"));
    const Sample x(SampleOf(one.At("reference"))), y(SampleOf(one.At("current")));
    EXPECT_EQ(NameOf(ChooseForNumbers(x, y)), one.Text("chosen"));
    for (const auto& [name, score] : one.At("evidently").members()) {
      if (score.IsNull() || score == Json("NaN")) continue;
      const auto drift = CompareNumbers(x, y, KindOf(one), {*MethodNamed(name), {}});
      ASSERT_TRUE(drift) << name << ": " << drift.error().message;
      EXPECT_TRUE(Near(drift->score, NumberOf(score), kRelative, SlackOf(name, NumberOf(score)))) << name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 300);
}

TEST(Statistics, ColumnsOfCategoriesScoreAsInEvidentlyItself) {
  for (const Json& one : Golden().At("categories").items()) {
    SCOPED_TRACE(one.Text("name"));
    const PairedCounts counts{CountsOf(one.At("reference")), CountsOf(one.At("current"))};
    EXPECT_EQ(NameOf(ChooseForCategories(counts)), one.Text("chosen"));
    for (const auto& [name, score] : one.At("evidently").members()) {
      if (score.IsNull() || score == Json("NaN")) continue;
      // Of three categories Evidently's table of two rows and columns holds but two.
      if (name == "fisher_exact" && counts.reference.size() > 2) continue;
      const auto drift = CompareCounts(counts, {*MethodNamed(name), {}});
      ASSERT_TRUE(drift) << name << ": " << drift.error().message;
      EXPECT_TRUE(Near(drift->score, NumberOf(score), kRelative, SlackOf(name, NumberOf(score)))) << name;
    }
  }
}

TEST(Statistics, CountsGiveScipysOtherFormulas) {
  for (const Json& one : Golden().At("categories").items()) {
    SCOPED_TRACE(one.Text("name"));
    const PairedCounts counts{CountsOf(one.At("reference")), CountsOf(one.At("current"))};
    EXPECT_TRUE(
        Near(*JsDistance2(counts), one.Double("js_2"), kRelative, one.Double("js_2") < 1e-7 ? 3e-8 : 0));
    EXPECT_TRUE(Near(*JsDivergence2(counts), std::pow(one.Double("js_2"), 2), kRelative, kAbsolute));
    EXPECT_TRUE(Near(*KlDivergence(counts), NumberOf(one.At("kl")), kRelative, kAbsolute));
    EXPECT_TRUE(Near(*TotalVariation(counts), one.Double("tvd"), kRelative, kAbsolute));
    EXPECT_TRUE(Near(*LInfinity(counts), one.Double("l_infinity"), kRelative, kAbsolute));
    ExpectTest(ChiSquareHomogeneity(counts), one.At("homogeneity"), "homogeneity");
    ExpectTest(ChiSquareHomogeneity(counts, Yates::Yes), one.At("yates"), "yates");
    ExpectTest(GTestHomogeneity(counts), one.At("g"), "g");
    if (counts.reference.size() == 2) ExpectTest(FisherExact(counts), one.At("fisher"), "fisher");
  }
}

TEST(Statistics, AndersonDarlingTakesAnyNumberOfSamples) {
  const Json& three = Golden().At("three");
  std::vector<Sample> samples, tied;
  for (const Json& spec : three.At("seeds").items()) {
    std::vector<double> values = SampleOf(spec);
    samples.emplace_back(values);
    for (double& value : values) value = std::floor(value * 3);
    tied.emplace_back(values);
  }
  ExpectTest(AndersonDarling(samples), three.At("continuous"), "continuous");
  ExpectTest(AndersonDarling(tied), three.At("tied"), "tied");
}

TEST(Statistics, KolmogorovTailEqualsScipyInEveryRegion) {
  for (const Json& one : Golden().At("kolmogorov").items()) {
    const double expected = one.Double("tail");
    EXPECT_TRUE(Near(KolmogorovTail(one.Int("n"), one.Double("d")), expected, kRelative, 1e-300))
        << "n " << one.Int("n") << ", d " << one.Double("d");
  }
}

TEST(Statistics, TailsOfDistributionsKeepTheirRelativePrecision) {
  for (const Json& one : Golden().At("chi_square").items()) {
    EXPECT_TRUE(Near(ChiSquareTail(one.Double("x"), one.Double("df")), one.Double("tail"), kRelative, 1e-300))
        << "x " << one.Double("x") << ", df " << one.Double("df");
  }
  for (const Json& one : Golden().At("student").items()) {
    EXPECT_TRUE(Near(StudentTail(one.Double("t"), one.Double("df")), one.Double("tail"), kRelative, 1e-300))
        << "t " << one.Double("t") << ", df " << one.Double("df");
  }
  for (const Json& one : Golden().At("cramer").items()) {
    EXPECT_TRUE(Near(CramerVonMisesTail(one.Double("x")), one.Double("tail"), 1e-11, 0)) << one.Double("x");
  }
}

TEST(Statistics, FishersTestEqualsScipyOnTablesOfManyShapes) {
  for (const Json& one : Golden().At("fisher").items()) {
    const auto table = CountsOf(one.At("table"));
    EXPECT_TRUE(
        Near(FisherTwoSided(table[0], table[1], table[2], table[3]), one.Double("p"), kRelative, 1e-300))
        << one.Dump();
  }
}

TEST(Statistics, FishersTestTakesCountsOfAnySize) {
  // With ten thousand million rows a side the hypergeometric distribution is a normal one.
  const std::int64_t n = 10'000'000'000;
  const PairedCounts counts{{n / 2, n / 2}, {n / 2 + 141'000, n / 2 - 141'000}};
  const double exact = FisherExact(counts)->p_value, normal = TwoProportionZ(counts)->p_value;
  EXPECT_GT(exact, 0);
  EXPECT_NEAR(exact / normal, 1, 1e-3);
  EXPECT_EQ(FisherExact({{n, 0}, {0, n}})->p_value, 0.0);
  EXPECT_EQ(FisherExact({{n, n}, {n, n}})->p_value, 1.0);
}

TEST(Statistics, ExactTailOfSmallSamplesIsTheShareOfOrderings) {
  // 3 against 2: of 10 orderings, 2 keep the samples apart (D = 1), and 4 more reach D >= 2/3.
  EXPECT_DOUBLE_EQ(SmirnovExactTail(3, 2, 6), 0.2);
  EXPECT_DOUBLE_EQ(SmirnovExactTail(3, 2, 4), 0.6);
  EXPECT_DOUBLE_EQ(SmirnovExactTail(3, 3, 3), 0.1);
  EXPECT_DOUBLE_EQ(SmirnovExactTail(2, 3, 0), 1.0);
  EXPECT_DOUBLE_EQ(MannWhitney({1, 2, 3}, {4, 5})->p_value, 0.2);
  EXPECT_DOUBLE_EQ(CramerVonMises({1, 2, 3}, {4, 5})->p_value, 0.2);
}

TEST(Statistics, ExactTailIsSymmetricAndFallsWithTheDistance) {
  double before = 1.0;
  for (std::int64_t h = 1; h <= 35 * 48; h += 7) {
    const double tail = SmirnovExactTail(35, 48, h);
    EXPECT_LE(tail, before);
    EXPECT_TRUE(Near(tail, SmirnovExactTail(48, 35, h), 1e-12, 0));
    before = tail;
  }
}

TEST(Statistics, CountsPerValueGiveTheSameKolmogorovSmirnovAsTheNumbers) {
  for (const auto& [n1, n2] : {std::pair{700, 300}, std::pair{30000, 20000}}) {
    const Sample x(Drawn(101, static_cast<std::size_t>(n1), 0, 1, 5));
    const Sample y(Drawn(102, static_cast<std::size_t>(n2), 0.1, 1, 5));
    const TestResult numbers = *KolmogorovSmirnov(x, y);
    const TestResult counts = *KolmogorovSmirnovOfCounts(*CountPerValue(x, y));
    EXPECT_DOUBLE_EQ(numbers.statistic, counts.statistic);
    EXPECT_TRUE(Near(numbers.p_value, counts.p_value, 1e-12, 0));
  }
  const std::int64_t n = 10'000'000'000;
  const TestResult huge = *KolmogorovSmirnovOfCounts({{n / 2, n / 2}, {n / 2 + 100'000, n / 2 - 100'000}});
  EXPECT_DOUBLE_EQ(huge.statistic, 1e-5);
  EXPECT_NEAR(huge.p_value, 2 * (std::exp(-1) - std::exp(-4)), 1e-3);
}

}  // namespace
}  // namespace cairn::comparison
