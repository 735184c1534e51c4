#include "loop/comparison/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/comparison/exact/kolmogorov.h"
#include "loop/comparison/exact/special_functions.h"
#include "loop/comparison/testing/golden.h"

namespace cairn::comparison {
namespace {

constexpr double kRelative = 1e-9;
constexpr double kAbsolute = 1e-12;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const Json& Golden() {
  static const Json golden = ReadGolden("src/loop/comparison/testdata/compare.json");
  return golden;
}

std::vector<std::int64_t> CountsOf(const Json& array) {
  std::vector<std::int64_t> counts;
  for (const Json& item : array.items()) counts.push_back(item.AsInt());
  return counts;
}

void ExpectFormulas(const PairedCounts& counts, const Json& expected) {
  EXPECT_TRUE(Near(*PsiEvidently(counts), expected.Double("psi"), kRelative, kAbsolute));
  EXPECT_TRUE(Near(*KlDivergenceEvidently(counts), expected.Double("kl"), kRelative, kAbsolute));
  // scipy's sum of signed terms leaves 1e-17 where the distance is 0, and its root is 1e-9.
  const double js_slack = expected.Double("js_e") < 1e-7 ? 1e-7 : kAbsolute;
  EXPECT_TRUE(Near(*JsDistanceE(counts), expected.Double("js_e"), 0, js_slack));
  EXPECT_TRUE(Near(*JsDistance2(counts), expected.Double("js_2"), 0, js_slack));
  EXPECT_TRUE(Near(*JsDivergence2(counts), std::pow(expected.Double("js_2"), 2), 0, kAbsolute));
  const TestResult chi = *ChiSquareEvidently(counts);
  EXPECT_TRUE(Near(chi.statistic, NumberOf(expected.At("chi_square")), kRelative, kAbsolute));
  EXPECT_TRUE(Near(chi.p_value, expected.Double("chi_square_p"), kRelative, 1e-300));
  const TestResult z = *TwoProportionZ(counts);
  EXPECT_TRUE(Near(z.statistic, expected.Double("z"), kRelative, kAbsolute));
  EXPECT_TRUE(Near(z.p_value, expected.Double("z_p"), kRelative, 1e-300));
}

TEST(Compare, GivesScipysAndEvidentlysNumbersForTwoSamples) {
  ASSERT_GE(Golden().At("pairs").items().size(), 30u);
  for (const Json& one : Golden().At("pairs").items()) {
    SCOPED_TRACE(one.Text("name"));
    const std::vector<double> reference = SampleOf(one.At("reference"));
    const std::vector<double> current = SampleOf(one.At("current"));
    const auto ks = KolmogorovSmirnov(reference, current);
    ASSERT_TRUE(ks);
    EXPECT_TRUE(Near(ks->statistic, one.Double("ks"), kRelative, 0));
    EXPECT_TRUE(Near(ks->p_value, one.Double("ks_p"), kRelative, 1e-300));
    EXPECT_TRUE(
        Near(*WassersteinNormed(reference, current), one.Double("wasserstein"), kRelative, kAbsolute));
    const auto counts =
        BinTogether(reference, current, one.Bool("whole") ? NumberKind::Whole : NumberKind::Real);
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->reference, CountsOf(one.At("binned").At("reference")));
    EXPECT_EQ(counts->current, CountsOf(one.At("binned").At("current")));
    ExpectFormulas(*counts, one.At("binned"));
  }
}

TEST(Compare, GivesTheSameFormulasForCounts) {
  for (const Json& one : Golden().At("categories").items()) {
    SCOPED_TRACE(one.Text("name"));
    ExpectFormulas({CountsOf(one.At("reference")), CountsOf(one.At("current"))}, one);
  }
}

TEST(Compare, KolmogorovTailEqualsScipyInEveryRegion) {
  for (const Json& one : Golden().At("kolmogorov").items()) {
    const double expected = one.Double("tail");
    EXPECT_TRUE(Near(KolmogorovTail(one.Int("n"), one.Double("d")), expected, kRelative, 1e-300))
        << "n " << one.Int("n") << ", d " << one.Double("d");
  }
}

TEST(Compare, ChiSquareTailEqualsScipy) {
  for (const Json& one : Golden().At("chi_square").items()) {
    EXPECT_TRUE(Near(ChiSquareTail(one.Double("x"), one.Double("df")), one.Double("tail"), kRelative, 1e-300))
        << "x " << one.Double("x") << ", df " << one.Double("df");
  }
}

TEST(Compare, ExactTailOfSmallSamplesIsTheShareOfOrderings) {
  // 3 against 2: of 10 orderings, 2 keep the samples apart (D = 1), and 4 more reach D >= 2/3.
  EXPECT_DOUBLE_EQ(SmirnovExactTail(3, 2, 6), 0.2);
  EXPECT_DOUBLE_EQ(SmirnovExactTail(3, 2, 4), 0.6);
  EXPECT_DOUBLE_EQ(SmirnovExactTail(3, 3, 3), 0.1);
  EXPECT_DOUBLE_EQ(SmirnovExactTail(2, 3, 0), 1.0);
}

TEST(Compare, ExactTailIsSymmetricAndFallsWithTheDistance) {
  double before = 1.0;
  for (std::int64_t h = 1; h <= 35 * 48; h += 7) {
    const double tail = SmirnovExactTail(35, 48, h);
    EXPECT_LE(tail, before);
    EXPECT_TRUE(Near(tail, SmirnovExactTail(48, 35, h), 1e-12, 0));
    before = tail;
  }
}

TEST(Compare, RefusesASideWithoutUsableValues) {
  const std::vector<double> some{1, 2, 3};
  const std::vector<double> none{kNan, std::numeric_limits<double>::infinity()};
  for (const auto& refused : {KolmogorovSmirnov(none, some), KolmogorovSmirnov(some, {})}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::Unprocessable);
  }
  EXPECT_FALSE(WassersteinNormed(some, none));
  EXPECT_FALSE(BinTogether(some, none, NumberKind::Real));
  EXPECT_FALSE(CompareNumbers(none, some, NumberKind::Real));
  EXPECT_FALSE(Align({{"a", 3}}, {}));
  EXPECT_NE(CompareNumbers(none, some, NumberKind::Real).error().message.find("reference"),
            std::string::npos);
}

TEST(Compare, RefusesBinsThatDoNotMatch) {
  const auto refused = PsiEvidently({{1, 2, 3}, {1, 2}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_FALSE(PsiEvidently({{1, -2}, {1, 2}}));
  EXPECT_FALSE(CompareCounts({{1, 2}, {3, 4}}, {.method = Method::KolmogorovSmirnovP, .threshold = {}}));
}

TEST(Compare, AlignsCategoriesOfEitherSide) {
  const auto counts = Align({{"a", 5}, {"c", 2}, {"z", 0}}, {{"b", 4}, {"a", 1}});
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->reference, (std::vector<std::int64_t>{5, 0, 2}));
  EXPECT_EQ(counts->current, (std::vector<std::int64_t>{1, 4, 0}));
}

Method ChosenFor(std::size_t rows, double ties) {
  std::vector<double> values(rows);
  for (std::size_t i = 0; i < rows; ++i) values[i] = static_cast<double>(i % static_cast<std::size_t>(ties));
  return CompareNumbers(values, values, NumberKind::Whole)->method;
}

TEST(Compare, ChoosesEvidentlysMethodByReferenceSizeAndDistinctValues) {
  EXPECT_EQ(ChosenFor(1000, 6), Method::KolmogorovSmirnovP);
  EXPECT_EQ(ChosenFor(1000, 5), Method::ChiSquareP);
  EXPECT_EQ(ChosenFor(1000, 2), Method::ZTestP);
  EXPECT_EQ(ChosenFor(1001, 6), Method::Wasserstein);
  EXPECT_EQ(ChosenFor(1001, 5), Method::JensenShannon);
  EXPECT_EQ(CompareCategories({{"a", 500}, {"b", 500}}, {{"a", 9}})->method, Method::ZTestP);
  EXPECT_EQ(CompareCategories({{"a", 500}, {"b", 500}}, {{"c", 9}})->method, Method::ChiSquareP);
  EXPECT_EQ(CompareCategories({{"a", 501}, {"b", 500}}, {{"c", 9}})->method, Method::JensenShannon);
}

TEST(Compare, JudgesByTheThresholdOfTheMethodOrOfTheCaller) {
  const std::vector<double> before = Drawn(1, 5000);
  const std::vector<double> after = Drawn(2, 5000, 0.08);
  const Drift by_default = *CompareNumbers(before, after, NumberKind::Real);
  EXPECT_EQ(by_default.threshold, 0.1);
  EXPECT_TRUE(by_default.drifted);
  EXPECT_EQ(by_default.reference_rows, 5000);
  EXPECT_FALSE(CompareNumbers(before, after, NumberKind::Real, {.method = {}, .threshold = 0.5})->drifted);
  const Drift by_p = *CompareNumbers(before, after, NumberKind::Real,
                                     {.method = Method::KolmogorovSmirnovP, .threshold = {}});
  EXPECT_EQ(by_p.threshold, 0.05);
  EXPECT_TRUE(by_p.drifted);
  EXPECT_FALSE(CompareNumbers(before, before, NumberKind::Real,
                              {.method = Method::KolmogorovSmirnovP, .threshold = {}})
                   ->drifted);
}

TEST(Compare, NamesEveryMethodBothWays) {
  for (const char* name : {"ks", "chisquare", "z", "wasserstein", "jensenshannon", "psi", "kl_div"}) {
    ASSERT_TRUE(MethodNamed(name)) << name;
    EXPECT_EQ(NameOf(*MethodNamed(name)), name);
  }
  EXPECT_FALSE(MethodNamed("jensen"));
}

TEST(Histogram, CountsWhatLiesOutsideAsAsked) {
  const std::vector<double> edges{0, 1, 2, 4};
  const std::vector<double> values{-1, 0, 0.5, 1, 2, 4, 4.5, kNan, 9};
  EXPECT_EQ(CountOver(edges, values), (std::vector<std::int64_t>{2, 1, 2}));
  EXPECT_EQ(CountOver(edges, values, Outside::ToEndBins), (std::vector<std::int64_t>{3, 1, 4}));
  EXPECT_EQ(CountOver(edges, values, Outside::ToExtraBins), (std::vector<std::int64_t>{1, 2, 1, 2, 2}));
}

TEST(Histogram, ProfileOfTrainingDataComparesWithAWindow) {
  const std::vector<double> training = Drawn(71, 20000);
  const Histogram profile = *SturgesHistogram(training, NumberKind::Real);
  const std::vector<double> alike = Drawn(72, 4000);
  const std::vector<double> moved = Drawn(73, 4000, 0.5);
  EXPECT_LT(*PsiEvidently({profile.counts, CountOver(profile.edges, alike, Outside::ToEndBins)}), 0.02);
  EXPECT_GT(*PsiEvidently({profile.counts, CountOver(profile.edges, moved, Outside::ToEndBins)}), 0.3);
}

TEST(Histogram, SortsLikeComparing) {
  std::vector<double> values = Drawn(74, 30000, 0, 1e3);
  for (double& value : values) value = value * value * value;
  values.insert(values.end(),
                {0.0, -0.0, 1e300, -1e300, 5e-324, -5e-324, kNan, -std::numeric_limits<double>::infinity()});
  const std::vector<double> sorted = SortedFinite(values);
  EXPECT_EQ(sorted.size(), values.size() - 2);
  EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
  EXPECT_EQ(sorted.front(), -1e300);
}

}  // namespace
}  // namespace cairn::comparison
