#include "loop/profile/descriptive.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/comparison/testing/golden.h"

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const Json& Golden() {
  static const Json golden = comparison::ReadGolden("src/loop/profile/testdata/descriptive.json");
  return golden;
}

void ExpectSame(const comparison::Histogram& histogram, const Json& expected) {
  ASSERT_EQ(histogram.edges.size(), expected.At("edges").items().size());
  for (std::size_t i = 0; i < histogram.edges.size(); ++i) {
    EXPECT_DOUBLE_EQ(histogram.edges[i], expected.At("edges").items()[i].AsDouble());
  }
  ASSERT_EQ(histogram.counts.size(), expected.At("counts").items().size());
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    EXPECT_EQ(histogram.counts[i], expected.At("counts").items()[i].AsInt());
  }
}

TEST(Descriptive, EqualsPandasAndNumpy) {
  for (const Json& one : Golden().At("columns").items()) {
    SCOPED_TRACE(one.Text("name"));
    const std::vector<double> values = comparison::SampleOf(one.At("values"));
    const auto summary = SummarizeNumbers(values);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->rows, one.Int("rows"));
    EXPECT_EQ(summary->missing, one.Int("missing"));
    EXPECT_EQ(summary->distinct, one.Int("distinct"));
    EXPECT_TRUE(comparison::Near(summary->min, one.Double("min"), 0, 0));
    EXPECT_TRUE(comparison::Near(summary->max, one.Double("max"), 0, 0));
    EXPECT_TRUE(comparison::Near(summary->mean, one.Double("mean"), 1e-12, 1e-15));
    EXPECT_TRUE(comparison::Near(summary->median, one.Double("median"), 1e-15, 0));
    EXPECT_TRUE(comparison::Near(summary->deviation, comparison::NumberOf(one.At("deviation")), 1e-9, 0));
    EXPECT_TRUE(comparison::Near(summary->skewness, comparison::NumberOf(one.At("skewness")), 1e-7, 1e-10));
    for (std::size_t i = 0; i < summary->quantiles.size(); ++i) {
      EXPECT_TRUE(comparison::Near(summary->quantiles[i].second, one.At("quantiles").items()[i].AsDouble(),
                                   1e-15, 1e-300));
    }
    ExpectSame(*comparison::SturgesHistogram(values, comparison::NumberKind::Real), one.At("sturges"));
    ExpectSame(*comparison::EvenHistogram(values, 10), one.At("ten"));
  }
}

TEST(Descriptive, CountsInfinitiesApart) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto summary = SummarizeNumbers(std::vector<double>{1, infinity, 3, kNan, -infinity});
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->rows, 5);
  EXPECT_EQ(summary->missing, 1);
  EXPECT_EQ(summary->infinite, 2);
  EXPECT_EQ(summary->mean, 2);
  EXPECT_EQ(SummarizeNumbers(std::vector<double>{kNan}).error().reason, Reason::Unprocessable);
}

TEST(Descriptive, ListsCategoriesByRowsThenName) {
  const CategorySummary summary = SummarizeCategories({{"b", 2}, {"a", 2}, {"c", 4}, {"gone", 0}}, 3, 2);
  EXPECT_EQ(summary.rows, 11);
  EXPECT_EQ(summary.distinct, 3);
  EXPECT_DOUBLE_EQ(summary.entropy_bits, 1.5);
  ASSERT_EQ(summary.top.size(), 2u);
  EXPECT_EQ(summary.top[0].first, "c");
  EXPECT_EQ(summary.top[1].first, "a");
}

TEST(Descriptive, TiesBetweenColumnsEqualScipy) {
  const std::vector<double> x = comparison::Drawn(51, 400);
  std::vector<double> y = comparison::Drawn(52, 400);
  const std::vector<double> u = comparison::Uniform(53, 400), v = comparison::Uniform(54, 400),
                            w = comparison::Uniform(55, 400);
  std::vector<std::int32_t> a(400), b(400);
  for (std::size_t i = 0; i < 400; ++i) {
    y[i] = 0.6 * x[i] + y[i];
    a[i] = static_cast<std::int32_t>(5 * u[i]);
    b[i] = v[i] < 0.5 ? a[i] % 3 : static_cast<std::int32_t>(3 * w[i]);
  }
  const Json& expected = Golden().At("ties");
  EXPECT_TRUE(comparison::Near(*Pearson(x, y), expected.Double("pearson"), 1e-12, 0));
  EXPECT_TRUE(comparison::Near(*CorrelationRatio(a, y), expected.Double("correlation_ratio"), 1e-12, 0));
  EXPECT_TRUE(comparison::Near(*CramersV(a, b), expected.Double("cramers_v"), 1e-12, 0));
}

TEST(Descriptive, RanksAndSharedInformationAreTold) {
  const std::vector<double> x = {1, 2, 2, 4, kNan, 5}, y = {10, 30, 20, 40, 0, 40};
  // Ranks 1 2.5 2.5 4 5 and 1 3 2 4.5 4.5 of the five rows that have both.
  EXPECT_NEAR(*Spearman(x, y), 9 / 9.5, 1e-12);
  EXPECT_DOUBLE_EQ(*Spearman(std::vector<double>{1, 10, 100}, std::vector<double>{3, 2, 1}), -1.0);
  const std::vector<std::int32_t> a = {0, 0, 1, 1, -1}, same = {5, 5, 7, 7, 7}, other = {0, 1, 0, 1, 1};
  EXPECT_NEAR(*MutualInformation(a, same), std::log(2), 1e-15);
  EXPECT_NEAR(*MutualInformation(a, other), 0, 1e-15);
}

TEST(Descriptive, TiesLeaveOutMissingRowsAndRefuseUnequalLengths) {
  EXPECT_DOUBLE_EQ(*Pearson(std::vector<double>{1, 2, kNan, 4}, std::vector<double>{2, 4, 9, 8}), 1.0);
  EXPECT_TRUE(std::isnan(*Pearson(std::vector<double>{1, 1}, std::vector<double>{2, 4})));
  EXPECT_DOUBLE_EQ(
      *CorrelationRatio(std::vector<std::int32_t>{0, 0, 1, -1}, std::vector<double>{1, 1, 5, 99}), 1.0);
  EXPECT_DOUBLE_EQ(*CramersV(std::vector<std::int32_t>{0, 1, 2, -1}, std::vector<std::int32_t>{5, 6, 7, 5}),
                   1.0);
  EXPECT_FALSE(Pearson(std::vector<double>{1}, std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace cairn::profile
