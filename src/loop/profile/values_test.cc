#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "loop/comparison/testing/golden.h"
#include "loop/profile/descriptive.h"
#include "loop/profile/rows/co_moments.h"
#include "loop/profile/rows/row_sample.h"
#include "loop/profile/rows/row_tally.h"
#include "loop/profile/table/shifts.h"
#include "loop/profile/values/hash.h"
#include "loop/profile/values/numbers.h"

namespace cairn::profile {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Values, KeysOrderDoublesAndGiveThemBack) {
  const std::vector<double> ascending = {-1e300, -2.5, -1e-310, 0.0, 1e-310, 1.0, 1.0000000000000002, 7e200};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    EXPECT_EQ(RealOf(KeyOf(ascending[i])), ascending[i]);
    if (i == 0) continue;
    EXPECT_LT(KeyOf(ascending[i - 1]), KeyOf(ascending[i]));
  }
  EXPECT_EQ(KeyOf(-0.0), KeyOf(0.0));
  EXPECT_EQ(HashOf(std::int64_t{7}), HashOf(7.0));
  EXPECT_NE(HashOf((std::int64_t{1} << 60) + 1), HashOf((std::int64_t{1} << 60) + 2))
      << "two doubles they are not";
}

TEST(Values, MomentsOfPartsAreThoseOfTheWhole) {
  const std::vector<double> values = comparison::Drawn(9, 10'000);
  Moments whole, merged;
  whole.Add(values);
  for (std::size_t first = 0, step = 1; first < values.size(); first += step, step = step * 3 % 1999 + 1) {
    Moments part;
    part.Add(std::span(values).subspan(first, std::min(step, values.size() - first)));
    merged.Merge(part);
  }
  EXPECT_EQ(merged.rows(), whole.rows());
  EXPECT_NEAR(merged.Mean(), whole.Mean(), 1e-15);
  EXPECT_NEAR(merged.Variance(), whole.Variance(), 1e-14);
  EXPECT_NEAR(merged.Skewness(), whole.Skewness(), 1e-12);
  EXPECT_NEAR(merged.Kurtosis(), whole.Kurtosis(), 1e-12);
  const auto saved = Moments::Restore(merged.Save());
  EXPECT_EQ(saved.Kurtosis(), merged.Kurtosis());
}

TEST(Values, MomentsSurviveAGreatOffset) {
  std::vector<double> values = comparison::Drawn(10, 5000);
  Moments plain, moved;
  plain.Add(values);
  for (double& value : values) value += 1e9;
  moved.Add(values);
  EXPECT_NEAR(moved.Deviation(), plain.Deviation(), 1e-7);
}

TEST(Values, NumbersStayExactWithinTheirMemoryAndKnowWhenNot) {
  Numbers few(Numbers::Kind::Whole, 1 << 16), many(Numbers::Kind::Whole, 1 << 16);
  std::vector<std::int64_t> repeated, unique;
  for (std::int64_t i = 0; i < 100'000; ++i) {
    repeated.push_back(i % 100);
    unique.push_back(i * 7919 % 100'003);
  }
  few.AddWhole(repeated);
  many.AddWhole(unique);
  EXPECT_TRUE(few.exact());
  EXPECT_EQ(few.Distinct().count, 100);
  EXPECT_EQ(few.Spread().Quantile(0.5), 49.5);
  EXPECT_FALSE(many.exact());
  EXPECT_NEAR(static_cast<double>(many.Distinct().count), 1e5, 3e5 * Hll::StandardError());
  const Distribution spread = many.Spread();
  EXPECT_EQ(spread.rows(), 100'000);
  EXPECT_NEAR(spread.Quantile(0.25), 25'000, 1e5 * spread.rank_error());
  EXPECT_EQ(many.greatest(), 100'002);
}

TEST(Values, WholeAndRealPartsMakeRealNumbers) {
  Numbers whole(Numbers::Kind::Whole, 1 << 20), real(Numbers::Kind::Real, 1 << 20);
  whole.AddWhole(std::vector<std::int64_t>{1, 2, 2});
  real.AddReal(std::vector<double>{2.0, 2.5, kInfinity});
  whole.Merge(real);
  EXPECT_EQ(whole.kind(), Numbers::Kind::Real);
  EXPECT_EQ(whole.Distinct().count, 4) << "1, 2, 2.5 and infinity";
  EXPECT_EQ(whole.infinite(), 1);
  EXPECT_EQ(whole.Spread().RowsOf(1), 3);
}

TEST(Values, PearsonOfPartsWithHolesIsThatOfTheWhole) {
  std::vector<double> x = comparison::Drawn(21, 6000), y = comparison::Drawn(22, 6000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] += 0.7 * x[i] + 1e6;
    if (i % 13 == 0) x[i] = std::nan("");
    if (i % 17 == 0) y[i] = kInfinity;
  }
  CoMoments whole(2), merged(2);
  std::vector<Centered> chunk(2);
  const auto add = [&](CoMoments& moments, std::size_t first, std::size_t rows) {
    chunk[0].Take(std::span(x).subspan(first, rows));
    chunk[1].Take(std::span(y).subspan(first, rows));
    for (std::size_t pair = 0; pair < moments.pairs(); ++pair) moments.AddPair(pair, chunk, rows);
  };
  for (std::size_t first = 0; first < x.size(); first += 1000) {
    add(whole, first, 1000);
    CoMoments part(2);
    add(part, first, 1000);
    merged.Merge(part);
  }
  EXPECT_NEAR(whole.Pearson(0, 1), *Pearson(x, y), 1e-12);
  EXPECT_NEAR(merged.Pearson(1, 0), whole.Pearson(0, 1), 1e-15);
  const std::size_t places[] = {2, 0};
  EXPECT_EQ(merged.Placed(places, 3).Pearson(0, 2), merged.Pearson(0, 1));
  const std::size_t left_out[] = {1, 0};
  EXPECT_EQ(merged.Placed(left_out, 1).pairs(), 1U);
  EXPECT_EQ(merged.Placed(left_out, 1).Pearson(0, 0), merged.Pearson(1, 1));
}

TEST(Values, RepeatedRowsAreCountedExactlyThenEstimated) {
  RowTally exact(1 << 20), sampled(1 << 16);
  std::int64_t duplicates = 0;
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    const bool twice = i % 10 == 0;
    for (int k = 0; k < (twice ? 3 : 1); ++k) {
      exact.Add(Spread(i), static_cast<std::uint32_t>(k == 2));
      sampled.Add(Spread(i), static_cast<std::uint32_t>(k == 2));
    }
    duplicates += twice ? 1 : 0;  // The third has another label.
  }
  EXPECT_TRUE(exact.Find().exact);
  EXPECT_EQ(exact.Find().duplicates, duplicates);
  EXPECT_EQ(exact.Find().conflicts, 3 * duplicates);
  const auto estimate = sampled.Find();
  EXPECT_FALSE(estimate.exact);
  EXPECT_GT(estimate.duplicates_error, 0);
  EXPECT_NEAR(static_cast<double>(estimate.duplicates), static_cast<double>(duplicates),
              4 * estimate.duplicates_error);
}

TEST(Values, ASampleOfTwoPartsIsThatOfTheWhole) {
  RowSample whole(1, 100), first(1, 100), second(1, 100);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    for (RowSample* sample : {&whole, i < 2000 ? &first : &second}) {
      const std::uint64_t number = Spread(i);
      if (sample->Wants(number)) sample->Put(0, sample->Admit(number), i);
    }
  }
  first.Merge(second);
  const auto sorted = [](const RowSample& sample) {
    std::vector<std::uint64_t> cells(sample.Cells(0).begin(), sample.Cells(0).end());
    std::sort(cells.begin(), cells.end());
    return cells;
  };
  EXPECT_EQ(sorted(first), sorted(whole));
  EXPECT_EQ(whole.Reduced(10).rows(), 10U);
}

TEST(Values, AShiftIsSeenAcrossTheSeamOfTwoParts) {
  std::vector<std::uint64_t> target, ahead;
  for (std::uint64_t i = 0; i < 1000; ++i) target.push_back(Spread(i) | 1);
  for (std::uint64_t i = 0; i < 1000; ++i) ahead.push_back(i + 1 < 1000 ? target[i + 1] : 0);
  Shifts whole, first, second;
  whole.Add(ahead, target, false);
  first.Add(std::span(ahead).first(400), std::span(target).first(400), true);
  second.Add(std::span(ahead).subspan(400), std::span(target).subspan(400), false);
  first.Append(second);
  EXPECT_EQ(whole.next().equal, 999);
  EXPECT_EQ(first.next().equal, 999);
  EXPECT_EQ(first.next().asked, 999);
  EXPECT_EQ(first.before().equal, 0);
}

}  // namespace
}  // namespace cairn::profile
