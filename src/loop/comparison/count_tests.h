#pragma once

#include "ground/vocabulary/result.h"
#include "loop/comparison/counts.h"
#include "loop/comparison/sample_tests.h"

namespace cairn::comparison {

/// Tests whether counts over the same bins come from one distribution. Errors as for the distances of counts:
/// InvalidArgument for bins that do not match or a negative count, Unprocessable for a side without rows.

/// Chi-square of the current counts against the reference's, rescaled by n_current / n_reference; bins - 1
/// degrees of freedom. It takes the reference for the truth and not for a sample, so that with a reference no
/// larger than the current side it alarms too often. A bin that the reference lacks makes the statistic
/// infinite and p 0. One bin only: statistic 0, p 1.
Result<TestResult> ChiSquareEvidently(const PairedCounts& counts);
/// The G statistic of the current counts against the reference's, not rescaled: Unprocessable where scipy's
/// power_divergence raises, when the sides' rows differ by more than 1.5e-8 of them.
Result<TestResult> GTestEvidently(const PairedCounts& counts);

/// Yates' correction for 2 x 2 tables.
enum class Yates { No, Yes };
/// Chi-square of homogeneity: both sides are samples (scipy's chi2_contingency; with Yates' correction for
/// two bins it is NannyML's "chi2"). Bins that are empty on both sides do not count. One bin: statistic 0,
/// p 1.
Result<TestResult> ChiSquareHomogeneity(const PairedCounts& counts, Yates yates = Yates::No);
/// The same by the likelihood ratio (chi2_contingency with lambda_ = "log-likelihood"), without correction.
Result<TestResult> GTestHomogeneity(const PairedCounts& counts);

/// Fisher's exact test, two-sided: the probability of all 2 x 2 tables with these margins that are no
/// likelier than this one (fisher_exact; the statistic is its odds ratio of current to reference). Any size
/// of counts; exact p-values down to 1e-300. InvalidArgument for more than two bins; one bin: p 1.
Result<TestResult> FisherExact(const PairedCounts& counts);

/// The first bin against all others: pooled two-proportion z, two-sided. No difference at all: p 1.
/// (Evidently takes 2 (1 - Phi(|z|)), which below 1e-9 is rounding noise; this keeps its precision.)
Result<TestResult> TwoProportionZ(const PairedCounts& counts);

/// Kolmogorov and Smirnov's test where bins are ascending values with their counts: the same as on the
/// numbers themselves, for any number of rows. On bins of a histogram D can only be too small.
Result<TestResult> KolmogorovSmirnovOfCounts(const PairedCounts& counts);

}  // namespace cairn::comparison
