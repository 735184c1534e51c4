#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/comparison/histogram.h"

namespace cairn::comparison {

/// How two samples of one column differ: a library on plain arrays, pure and safe from any thread. Every
/// function drops NaN and infinities first; a side that is empty then is Unprocessable. Where several tools
/// give one name to different numbers, ours says whose variant it is. "Evidently" means its version 0.7.

/// Rows per bin or category, both sides over the same bins in the same order.
struct PairedCounts {
  std::vector<std::int64_t> reference;
  std::vector<std::int64_t> current;
};

using CategoryCounts = std::map<std::string, std::int64_t, std::less<>>;

/// Evidently's bins of a numeric column: Sturges over both samples together when the reference has more than
/// 20 distinct values, otherwise one bin per distinct value of either, ascending.
Result<PairedCounts> BinTogether(std::span<const double> reference, std::span<const double> current,
                                 NumberKind kind);
/// One bin per category of either side, in byte order of the names.
Result<PairedCounts> Align(const CategoryCounts& reference, const CategoryCounts& current);

struct TestResult {
  double statistic = 0;
  double p_value = 1;
};

/// Two-sided two-sample test, as scipy's ks_2samp(method="auto"): exact p while both sides have at most
/// 10,000 rows, then the finite-n one-sample tail at round(n1 n2 / (n1 + n2)). Ties count as in scipy (the
/// exact p is then conservative). Where D = 1/n on equal sizes the p is 1, also where scipy's rounding pushes
/// it elsewhere.
Result<TestResult> KolmogorovSmirnov(std::span<const double> reference, std::span<const double> current);

/// Evidently's "wasserstein": the area between the two distribution functions / max(standard deviation of the
/// reference with divisor n, 0.001).
Result<double> WassersteinNormed(std::span<const double> reference, std::span<const double> current);

/// The same formulas serve samples binned together, categories, and two stored histograms over the same
/// edges. Errors: InvalidArgument when the sides have different numbers of bins or a negative count;
/// Unprocessable when a side has no row.

/// Sum of (p - q) ln(p / q) with Evidently's filling: a zero share becomes 0.0001, or the side's least
/// non-zero share / 1e6 when that one is at most 0.0001; nothing is renormalised.
Result<double> PsiEvidently(const PairedCounts& counts);
/// KL(reference, current) in nats, zeros filled the same way, both sides renormalised after it.
Result<double> KlDivergenceEvidently(const PairedCounts& counts);
/// sqrt((KL(p, m) + KL(q, m)) / 2), natural logarithm, nothing filled (Evidently).
Result<double> JsDistanceE(const PairedCounts& counts);
/// The same with logarithm to base 2 (NannyML).
Result<double> JsDistance2(const PairedCounts& counts);
/// The square of JsDistance2 (TensorFlow Data Validation).
Result<double> JsDivergence2(const PairedCounts& counts);
/// Chi-square of the current counts against the reference's, rescaled by n_current / n_reference; bins - 1
/// degrees of freedom. A bin that the reference lacks makes the statistic infinite and p 0. One bin only:
/// statistic 0, p 1.
Result<TestResult> ChiSquareEvidently(const PairedCounts& counts);
/// The first bin against all others: pooled two-proportion z, two-sided. No difference at all: p 1.
Result<TestResult> TwoProportionZ(const PairedCounts& counts);

enum class Method { KolmogorovSmirnovP, ChiSquareP, ZTestP, Wasserstein, JensenShannon, Psi, KlDivergence };
/// "ks", "chisquare", "z", "wasserstein", "jensenshannon", "psi", "kl_div": Evidently's short names.
std::string_view NameOf(Method method);
Result<Method> MethodNamed(std::string_view name);
/// Evidently's own: 0.05 for p-values, 0.1 for distances.
double DefaultThreshold(Method method);

/// Whether one column drifted, and by what measure.
struct Drift {
  Method method = Method::KolmogorovSmirnovP;
  double score = 0;  ///< A p-value or a distance; `method` says which.
  double threshold = 0;
  bool drifted = false;
  std::int64_t reference_rows = 0;  ///< After dropping.
  std::int64_t current_rows = 0;
};

struct DriftSettings {
  std::optional<Method> method;  ///< Absent: Evidently's choice by type, reference size and distinct values.
  std::optional<double> threshold;
};

Result<Drift> CompareNumbers(std::span<const double> reference, std::span<const double> current,
                             NumberKind kind, const DriftSettings& settings = {});
/// Nulls are not categories: leave them out of the counts. InvalidArgument for a method of numbers only.
Result<Drift> CompareCategories(const CategoryCounts& reference, const CategoryCounts& current,
                                const DriftSettings& settings = {});
/// Two stored histograms over the same bins. The method must be one of counts; absent, JensenShannon.
Result<Drift> CompareCounts(const PairedCounts& counts, const DriftSettings& settings = {});

}  // namespace cairn::comparison
