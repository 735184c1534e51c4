#include "loop/comparison/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "loop/comparison/comparison.h"
#include "loop/comparison/testing/golden.h"

namespace cairn::comparison {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Sample, HoldsTheFiniteValuesInOrderAndCountsTheRest) {
  const Sample sample{3.0, kNan, -1.0, kInfinity, 3.0, -kInfinity};
  EXPECT_TRUE(std::ranges::equal(sample.sorted(), std::vector<double>{-1, 3, 3}));
  EXPECT_EQ(sample.rows(), 3);
  EXPECT_EQ(sample.dropped(), 3);
  EXPECT_EQ(sample.Distinct(10), 2);
  EXPECT_EQ(sample.Distinct(1), 2) << "one more than asked for says: more";
  EXPECT_TRUE(std::isnan(Sample{}.Mean()));
  EXPECT_TRUE(std::isnan(Sample{}.Quantile(0.5)));
}

TEST(Sample, SortsLikeComparing) {
  std::vector<double> values = Drawn(74, 30000, 0, 1e3);
  for (double& value : values) value = value * value * value;
  values.insert(values.end(), {0.0, -0.0, 1e300, -1e300, 5e-324, -5e-324, kNan, -kInfinity});
  const Sample sample(values);
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  EXPECT_TRUE(std::ranges::equal(sample.sorted(), values));
  EXPECT_EQ(SortedFinite(values).size(), values.size());
}

TEST(Sample, SortsValuesThatAgreeInTheirFirstDigits) {
  std::vector<double> values = Drawn(75, 20000, 0, 1e-3);
  for (double& value : values) value = value < 0 ? -1e9 + value : 1e9 + value;
  const Sample sample(values);
  std::sort(values.begin(), values.end());
  EXPECT_TRUE(std::ranges::equal(sample.sorted(), values));
}

TEST(Sample, MomentsKeepTheirDigitsWhereValuesAreLargeAndClose) {
  std::vector<double> values;
  for (int i = 0; i < 100000; ++i) values.push_back(1e9 + (i % 2 == 0 ? 0.25 : 0.75));
  const Sample sample(values);
  EXPECT_DOUBLE_EQ(sample.Mean(), 1e9 + 0.5);
  EXPECT_NEAR(sample.Variance(), 0.0625, 1e-15);
  EXPECT_NEAR(sample.Variance(1), 0.0625 * 100000 / 99999, 1e-15);
}

TEST(Sample, QuantilesAreNumpysLinearOnes) {
  const Sample sample{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(sample.Quantile(0), 1);
  EXPECT_DOUBLE_EQ(sample.Quantile(0.5), 3);
  EXPECT_DOUBLE_EQ(sample.Quantile(0.75), 5);
  EXPECT_DOUBLE_EQ(sample.Quantile(1), 8);
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

TEST(Counts, AlignsCategoriesOfEitherSide) {
  const auto counts = Align({{"a", 5}, {"c", 2}, {"z", 0}}, {{"b", 4}, {"a", 1}});
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->reference, (std::vector<std::int64_t>{5, 0, 2}));
  EXPECT_EQ(counts->current, (std::vector<std::int64_t>{1, 4, 0}));
}

TEST(Counts, PoolsRareBinsBehindTheOthers) {
  const PairedCounts pooled = PoolRare({{100, 3, 1, 200}, {90, 2, 4, 210}});
  EXPECT_EQ(pooled.reference, (std::vector<std::int64_t>{100, 200, 4}));
  EXPECT_EQ(pooled.current, (std::vector<std::int64_t>{90, 210, 6}));
}

TEST(Statistics, RefuseASideWithoutUsableValues) {
  const std::vector<double> some{1, 2, 3};
  const std::vector<double> none{kNan, kInfinity};
  for (const auto& refused :
       {KolmogorovSmirnov(none, some), KolmogorovSmirnov(some, Sample()), AndersonDarling(some, none),
        CramerVonMises(none, some), MannWhitney(some, none), StudentT(none, some), WelchT(some, none),
        EppsSingleton(some, none)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::Unprocessable);
  }
  for (const auto& refused :
       {Wasserstein(some, none), WassersteinNormed(none, some), EnergyDistance(none, some),
        LargestGap(some, none), JsDivergenceTfdv(some, none)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::Unprocessable);
  }
  EXPECT_FALSE(BinTogether(some, none, NumberKind::Real));
  EXPECT_FALSE(BinByReference(some, none, NumberKind::Real));
  EXPECT_FALSE(Align({{"a", 3}}, {}));
  EXPECT_NE(CompareNumbers(none, some, NumberKind::Real).error().message.find("reference"),
            std::string::npos);
}

TEST(Statistics, RefuseWhatTheyCannotWorkWithInASentence) {
  EXPECT_NE(EppsSingleton({1, 2, 3, 4}, {1, 2, 3, 4, 5}).error().message.find("at least 5"),
            std::string::npos);
  EXPECT_FALSE(EppsSingleton({0, 1, 1, 1, 1, 9}, {1, 1, 1, 1, 1}));
  EXPECT_FALSE(AndersonDarling({2, 2, 2}, {2, 2}));
  EXPECT_FALSE(CramerVonMises({1}, {1, 2}));
  EXPECT_FALSE(StudentT({1}, {2}));
  EXPECT_EQ(StudentT({2, 2}, {2, 2})->p_value, 1.0);
  EXPECT_EQ(StudentT({2, 2}, {3, 3})->p_value, 0.0);
  EXPECT_FALSE(CramerVonMises(Drawn(1, 21), Drawn(2, 21), Precision::Exact));
  EXPECT_EQ(FisherExact({{1, 2, 3}, {1, 2, 3}}).error().reason, Reason::InvalidArgument);
  EXPECT_FALSE(GTestEvidently({{1, 2}, {3, 4}}));
}

TEST(Statistics, RefuseBinsThatDoNotMatch) {
  const auto refused = PsiEvidently({{1, 2, 3}, {1, 2}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_FALSE(PsiEvidently({{1, -2}, {1, 2}}));
  EXPECT_FALSE(ChiSquareHomogeneity({{1, -2}, {1, 2}}));
  EXPECT_FALSE(CompareCounts({{1, 2}, {3, 4}}, {Method::KolmogorovSmirnovP, {}}));
}

Method ChosenFor(std::size_t rows, double ties) {
  std::vector<double> values(rows);
  for (std::size_t i = 0; i < rows; ++i) values[i] = static_cast<double>(i % static_cast<std::size_t>(ties));
  return CompareNumbers(values, values, NumberKind::Whole)->method;
}

TEST(Drift, ChoosesEvidentlysMethodByReferenceSizeAndDistinctValues) {
  EXPECT_EQ(ChosenFor(1000, 6), Method::KolmogorovSmirnovP);
  EXPECT_EQ(ChosenFor(1000, 5), Method::ChiSquareP);
  EXPECT_EQ(ChosenFor(1000, 2), Method::ZTestP);
  EXPECT_EQ(ChosenFor(1001, 6), Method::Wasserstein);
  EXPECT_EQ(ChosenFor(1001, 5), Method::JensenShannon);
  EXPECT_EQ(CompareNumbers({1, 2, 3}, {4, 5, 6}, NumberKind::Real)->method, Method::KolmogorovSmirnovP)
      << "distinct values of both sides count";
  EXPECT_EQ(CompareCategories({{"a", 500}, {"b", 500}}, {{"a", 9}})->method, Method::ZTestP);
  EXPECT_EQ(CompareCategories({{"a", 500}, {"b", 500}}, {{"c", 9}})->method, Method::ChiSquareP);
  EXPECT_EQ(CompareCategories({{"a", 501}, {"b", 500}}, {{"c", 9}})->method, Method::JensenShannon);
}

TEST(Drift, JudgesByTheThresholdOfTheMethodOrOfTheCaller) {
  const std::vector<double> before = Drawn(1, 5000);
  const std::vector<double> after = Drawn(2, 5000, 0.08);
  const Drift by_default = *CompareNumbers(before, after, NumberKind::Real);
  EXPECT_EQ(by_default.threshold, 0.1);
  EXPECT_TRUE(by_default.drifted);
  EXPECT_EQ(by_default.reference_rows, 5000);
  EXPECT_FALSE(CompareNumbers(before, after, NumberKind::Real, {{}, 0.5})->drifted);
  const Drift by_p = *CompareNumbers(before, after, NumberKind::Real, {Method::KolmogorovSmirnovP, {}});
  EXPECT_EQ(by_p.threshold, 0.05);
  EXPECT_TRUE(by_p.drifted);
  EXPECT_FALSE(CompareNumbers(before, before, NumberKind::Real, {Method::KolmogorovSmirnovP, {}})->drifted);
}

TEST(Drift, ADistanceInTheColumnsOwnUnitNeedsAThreshold) {
  const auto refused = CompareNumbers({1, 2}, {3, 4}, NumberKind::Real, {Method::WassersteinRaw, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_DOUBLE_EQ(CompareNumbers({1, 2}, {3, 4}, NumberKind::Real, {Method::WassersteinRaw, 1.5})->score,
                   2.0);
}

TEST(Method, EveryOneIsNamedBothWaysAndMistakesGetASuggestion) {
  for (const MethodFacts& facts : Methods()) {
    ASSERT_TRUE(MethodNamed(facts.name)) << facts.name;
    EXPECT_EQ(NameOf(*MethodNamed(facts.name)), facts.name);
    EXPECT_TRUE(facts.numbers || facts.categories || facts.texts) << facts.name;
  }
  EXPECT_NE(MethodNamed("wassersteim").error().message.find("'wasserstein'"), std::string::npos);
}

TEST(Histograms, ValuesFurtherApartThanADoubleSaysLieInOneBin) {
  const std::vector<double> values = {1.7e308, -1.7e308, 0, 1};
  for (const NumberKind kind : {NumberKind::Real, NumberKind::Whole}) {
    const Histogram histogram = *SturgesHistogram(values, kind);
    EXPECT_THAT(histogram.edges, ::testing::ElementsAre(-1.7e308, 1.7e308));
    EXPECT_THAT(histogram.counts, ::testing::ElementsAre(4));
    EXPECT_THAT(DoaneEdges(Sample(std::vector<double>(values)), kind),
                ::testing::ElementsAre(-1.7e308, 1.7e308));
  }
  EXPECT_THAT(EvenHistogram(values, 7)->counts, ::testing::ElementsAre(4));
  const std::vector<double> tiny = {0, 4.9e-324};
  EXPECT_THAT(SturgesHistogram(tiny, NumberKind::Real)->counts, ::testing::ElementsAre(2));
}

}  // namespace
}  // namespace cairn::comparison
