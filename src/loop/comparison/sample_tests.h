#pragma once

#include <cstdint>
#include <span>

#include "ground/vocabulary/result.h"
#include "loop/comparison/sample.h"

namespace cairn::comparison {

/// Tests whether samples of numbers come from one distribution: a statistic and the probability of one at
/// least as large if they do. Values are those of scipy 1.15. Missing and infinite values do not take part; a
/// side that is empty then is Unprocessable, and so is whatever else a test cannot work with. Ties are
/// allowed everywhere; where they bias a p-value, it is to the safe side (larger).

struct TestResult {
  double statistic = 0;
  double p_value = 1;
  /// The p-value is the end of a table: the true one lies beyond it (AndersonDarling).
  bool p_is_bound = false;
};

/// How a p-value is found. Auto is the choice of scipy by the number of rows. AsScipy differs from it for
/// Cramér and von Mises alone.
enum class Precision { Auto, Exact, Asymptotic, AsScipy };
/// Which difference speaks against "the same". Less: the reference's values tend to be smaller.
enum class Alternative { TwoSided, Less, Greater };

/// Kolmogorov and Smirnov: D, the largest difference of the distribution functions (ks_2samp, two-sided).
/// Auto is exact while both sides have at most 10,000 rows, otherwise the tail of the one-sample statistic at
/// round(n1 n2 / (n1 + n2)). Where D = 1/n on equal sizes the p is 1, also where scipy's rounding pushes it
/// elsewhere. Tails keep their relative precision down to 1e-300. Exact takes O(n1 n2) steps.
Result<TestResult> KolmogorovSmirnov(const Sample& reference, const Sample& current,
                                     Precision precision = Precision::Auto);

/// Anderson and Darling for k samples with midranks (anderson_ksamp; Scholz & Stephens 1987, equation 7):
/// like Kolmogorov and Smirnov's, but attentive to the tails. The p-value is interpolated between the
/// tabulated ones and ends at 0.001 and 0.25. Unprocessable with fewer than two samples, fewer than four rows
/// in all, or a single distinct value.
Result<TestResult> AndersonDarling(std::span<const Sample> samples);
Result<TestResult> AndersonDarling(const Sample& reference, const Sample& current);

/// Cramér and von Mises: T, the squared difference of the distribution functions summed over all rows
/// (cramervonmises_2samp; Anderson 1962). Auto is exact while both sides have at most 20 rows (Xiao, Gordon &
/// Yakovlev 2006); the asymptotic p is that of the limiting distribution, with full relative precision in
/// the tail. AsScipy gives scipy's own sum instead, which never falls below some 1e-8. Unprocessable with
/// fewer than two rows on a side.
Result<TestResult> CramerVonMises(const Sample& reference, const Sample& current,
                                  Precision precision = Precision::Auto);

/// Mann and Whitney's U of the reference: how many pairs have the reference's value above the current one,
/// halves for ties (mannwhitneyu). Auto is exact when a side has at most 8 rows, nothing is tied and there
/// are at most 5e7 pairs, otherwise normal with corrections for ties and continuity. Unprocessable for Exact
/// on more pairs. Evidently's "mannw" is Alternative::Less.
Result<TestResult> MannWhitney(const Sample& reference, const Sample& current,
                               Alternative alternative = Alternative::TwoSided,
                               Precision precision = Precision::Auto);

/// Student's t for equal means under one variance, and Welch's without that (ttest_ind with equal_var true
/// and false). Two samples of one and the same constant: statistic 0, p 1 (scipy: NaN). Unprocessable with
/// fewer than three rows in all (Student) or two on a side (Welch).
Result<TestResult> StudentT(const Sample& reference, const Sample& current,
                            Alternative alternative = Alternative::TwoSided);
Result<TestResult> WelchT(const Sample& reference, const Sample& current,
                          Alternative alternative = Alternative::TwoSided);

/// Epps and Singleton: difference of the characteristic functions at 0.4 and 0.8, scaled by the pooled
/// semi-interquartile range (epps_singleton_2samp); also right for discrete numbers. Of fewer than five
/// distinct values scipy's covariance has no full rank, and rounding noise in its result; here the rank is
/// counted. Unprocessable with fewer than five rows on a side, or when the middle half of all values is one
/// value.
Result<TestResult> EppsSingleton(const Sample& reference, const Sample& current);

}  // namespace cairn::comparison
