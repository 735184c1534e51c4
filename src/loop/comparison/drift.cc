#include "loop/comparison/drift.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "loop/comparison/count_distances.h"
#include "loop/comparison/count_tests.h"
#include "loop/comparison/exact/sides.h"
#include "loop/comparison/sample_distances.h"
#include "loop/comparison/sample_tests.h"

namespace cairn::comparison {
namespace {

constexpr std::int64_t kSmallReference = 1000;
constexpr std::int64_t kFewValues = 5;

Result<double> PValueOf(const Result<TestResult>& test) {
  if (!test) return test.error();
  return test->p_value;
}

Error NotOfCounts(Method method) {
  return Error{Reason::InvalidArgument,
               "the statistic '" + std::string(NameOf(method)) +
                   "' needs the numbers themselves, not counts; choose jensenshannon, "
                   "psi, kl_div, hellinger, tvd, chisquare or z"};
}

Result<double> ScoreOfCounts(Method method, const PairedCounts& counts) {
  switch (method) {
    case Method::ChiSquareP:
      return PValueOf(ChiSquareEvidently(counts));
    case Method::ChiSquareHomogeneityP:
      return PValueOf(ChiSquareHomogeneity(counts));
    case Method::GTestP:
      return PValueOf(GTestEvidently(counts));
    case Method::GHomogeneityP:
      return PValueOf(GTestHomogeneity(counts));
    case Method::FisherP:
      return PValueOf(FisherExact(counts));
    case Method::ZTestP:
      return PValueOf(TwoProportionZ(counts));
    case Method::JensenShannon:
      return JsDistanceE(counts);
    case Method::JsDistance2:
      return JsDistance2(PoolUnseen(counts));
    case Method::JsDivergence2:
      return JsDivergence2(counts);
    case Method::Psi:
      return PsiEvidently(counts);
    case Method::KlDivergence:
      return KlDivergenceEvidently(counts);
    case Method::Hellinger:
      return Hellinger(counts);
    case Method::TotalVariation:
      return TotalVariation(counts);
    case Method::LInfinity:
      return LInfinity(counts);
    default:
      return NotOfCounts(method);
  }
}

Result<double> ScoreOfNumbers(Method method, const Sample& reference, const Sample& current,
                              NumberKind kind) {
  switch (method) {
    case Method::KolmogorovSmirnovP:
      return PValueOf(KolmogorovSmirnov(reference, current));
    case Method::AndersonDarlingP:
      return PValueOf(AndersonDarling(reference, current));
    case Method::CramerVonMisesP:
      return PValueOf(CramerVonMises(reference, current, Precision::AsScipy));
    case Method::MannWhitneyP:
      return PValueOf(MannWhitney(reference, current, Alternative::Less));
    case Method::MannWhitneyTwoSidedP:
      return PValueOf(MannWhitney(reference, current));
    case Method::StudentTP:
      return PValueOf(StudentT(reference, current));
    case Method::WelchTP:
      return PValueOf(WelchT(reference, current));
    case Method::EppsSingletonP:
      return PValueOf(EppsSingleton(reference, current));
    case Method::Wasserstein:
      return WassersteinNormed(reference, current);
    case Method::WassersteinRaw:
      return comparison::Wasserstein(reference, current);
    case Method::Energy:
      return EnergyDistance(reference, current);
    case Method::JsDivergence2:
      return JsDivergenceTfdv(reference, current);
    case Method::JsDistance2:
      return comparison::JsDistance2(CAIRN_TRY(BinAsNannyml(reference, current, kind)));
    case Method::Psi:
    case Method::KlDivergence:
    case Method::JensenShannon:
      return ScoreOfCounts(method, CAIRN_TRY(BinTogether(reference, current, kind)));
    case Method::Hellinger:
      return ScoreOfCounts(method, CAIRN_TRY(BinDistinctTogether(reference, current, kind)));
    default:
      return ScoreOfCounts(method, CAIRN_TRY(CountPerValue(reference, current)));
  }
}

Result<Drift> Judged(Method method, double score, const DriftSettings& settings) {
  Drift drift;
  drift.method = method;
  drift.score = score;
  drift.threshold = settings.threshold.value_or(DefaultThreshold(method));
  if (std::isnan(drift.threshold)) {
    return Error{Reason::InvalidArgument,
                 "the statistic '" + std::string(NameOf(method)) +
                     "' is in the column's own unit, so there is no threshold that fits "
                     "every column: give one"};
  }
  drift.drifted = IsDrift(method, score, drift.threshold);
  return drift;
}

}  // namespace

Method ChooseForNumbers(const Sample& reference, const Sample& current) {
  std::int64_t distinct = reference.Distinct(kFewValues);
  if (distinct <= kFewValues) {
    const auto counts = CountPerValue(reference, current);
    if (counts) distinct = static_cast<std::int64_t>(counts->reference.size());
  }
  if (reference.rows() > kSmallReference)
    return distinct > kFewValues ? Method::Wasserstein : Method::JensenShannon;
  if (distinct > kFewValues) return Method::KolmogorovSmirnovP;
  return distinct > 2 ? Method::ChiSquareP : Method::ZTestP;
}

Method ChooseForCategories(const PairedCounts& counts) {
  if (Total(counts.reference) > kSmallReference) return Method::JensenShannon;
  return counts.reference.size() > 2 ? Method::ChiSquareP : Method::ZTestP;
}

Result<Drift> CompareNumbers(const Sample& reference, const Sample& current, NumberKind kind,
                             const DriftSettings& settings) {
  CAIRN_TRY(CheckSides(reference, current));
  const Method method = settings.method ? *settings.method : ChooseForNumbers(reference, current);
  const double score = CAIRN_TRY(ScoreOfNumbers(method, reference, current, kind));
  Drift drift = CAIRN_TRY(Judged(method, score, settings));
  drift.reference_rows = reference.rows();
  drift.current_rows = current.rows();
  return drift;
}

Result<Drift> CompareCategories(const CategoryCounts& reference, const CategoryCounts& current,
                                const DriftSettings& settings) {
  const PairedCounts counts = CAIRN_TRY(Align(reference, current));
  DriftSettings chosen = settings;
  if (!chosen.method) chosen.method = ChooseForCategories(counts);
  return CompareCounts(counts, chosen);
}

Result<Drift> CompareCounts(const PairedCounts& counts, const DriftSettings& settings) {
  const Method method = settings.method.value_or(Method::JensenShannon);
  Drift drift = CAIRN_TRY(Judged(method, CAIRN_TRY(ScoreOfCounts(method, counts)), settings));
  drift.reference_rows = Total(counts.reference);
  drift.current_rows = Total(counts.current);
  return drift;
}

Result<PairedCounts> BinAsNannyml(const Sample& reference, const Sample& current, NumberKind kind) {
  CAIRN_TRY(CheckSides(reference, current));
  constexpr std::int64_t kFew = 50;
  const std::int64_t tenth = reference.rows() / 10;
  if (reference.Distinct(std::min(kFew, tenth)) > std::min(kFew, tenth))
    return BinByReference(reference, current, kind);
  return PoolUnseen(CAIRN_TRY(CountPerValue(reference, current)));
}

PairedCounts PoolUnseen(const PairedCounts& counts) {
  PairedCounts pooled;
  std::int64_t unseen = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    if (counts.reference[i] == 0) {
      unseen += counts.current[i];
      continue;
    }
    pooled.reference.push_back(counts.reference[i]);
    pooled.current.push_back(counts.current[i]);
  }
  if (unseen > 0) {
    pooled.reference.push_back(0);
    pooled.current.push_back(unseen);
  }
  return pooled;
}

}  // namespace cairn::comparison
