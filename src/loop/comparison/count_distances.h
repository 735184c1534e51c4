#pragma once

#include "ground/vocabulary/result.h"
#include "loop/comparison/counts.h"

namespace cairn::comparison {

/// How far two distributions over the same bins lie apart: p and q are each side's shares of its rows. The
/// same formulas serve samples binned together, categories, and two stored histograms over the same edges.
/// Where several tools give one name to different numbers, ours says whose it is ("Evidently" is 0.7).
/// Errors: InvalidArgument when the sides have different numbers of bins or a negative count; Unprocessable
/// when a side has no row.

/// Population stability index: sum of (p - q) ln(p / q), with Evidently's filling: a zero share becomes
/// 0.0001, or the side's least non-zero share / 1e6 when that one is at most 0.0001; nothing is renormalised.
Result<double> PsiEvidently(const PairedCounts& counts);
/// KL(reference, current) in nats, zeros filled the same way, both sides renormalised after it.
Result<double> KlDivergenceEvidently(const PairedCounts& counts);
/// KL(reference, current) in nats as it is defined: infinite when a bin that the reference has is empty now.
Result<double> KlDivergence(const PairedCounts& counts);

/// sqrt((KL(p, m) + KL(q, m)) / 2) with m = (p + q) / 2, natural logarithm, nothing filled (Evidently): 0 to
/// sqrt(ln 2).
Result<double> JsDistanceE(const PairedCounts& counts);
/// The same with logarithm to base 2 (NannyML): 0 to 1.
Result<double> JsDistance2(const PairedCounts& counts);
/// The square of JsDistance2 (TensorFlow Data Validation): 0 to 1.
Result<double> JsDivergence2(const PairedCounts& counts);

/// sqrt(1 - sum of sqrt(p q)), 0 to 1. Summed as half the squares of sqrt(p) - sqrt(q), so that it is 0 where
/// nothing differs; Evidently's and NannyML's formula leaves some 1e-8 there.
Result<double> Hellinger(const PairedCounts& counts);
/// Half the sum of |p - q|: the share of rows that would have to change. 0 to 1.
Result<double> TotalVariation(const PairedCounts& counts);
/// The largest |p - q| (TensorFlow Data Validation, NannyML).
Result<double> LInfinity(const PairedCounts& counts);

}  // namespace cairn::comparison
