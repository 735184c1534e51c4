#pragma once

#include <span>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::comparison {

/// Every statistic that can judge a column, by name.
enum class Method {
  KolmogorovSmirnovP,
  AndersonDarlingP,
  CramerVonMisesP,
  MannWhitneyP,
  MannWhitneyTwoSidedP,
  StudentTP,
  WelchTP,
  EppsSingletonP,
  Wasserstein,
  WassersteinRaw,
  Energy,
  Psi,
  JensenShannon,
  JsDistance2,
  JsDivergence2,
  Hellinger,
  KlDivergence,
  TotalVariation,
  LInfinity,
  ChiSquareP,
  ChiSquareHomogeneityP,
  GTestP,
  GHomogeneityP,
  FisherP,
  ZTestP,
  TextContentP,
};

/// When a score means drift.
enum class Side { PAtMost, PBelow, DistanceAtLeast, DistanceAbove };

struct MethodFacts {
  Method method;
  std::string_view name;   ///< Evidently's short name where it has one: "ks".
  std::string_view shown;  ///< "Kolmogorov-Smirnov p".
  Side side;
  double threshold;  ///< Its source's default; NaN where there is none and the caller must say.
  bool numbers, categories, texts;
};

std::span<const MethodFacts> Methods();
const MethodFacts& FactsOf(Method method);
std::string_view NameOf(Method method);
/// InvalidArgument lists the names.
Result<Method> MethodNamed(std::string_view name);

bool IsPValue(Method method);
double DefaultThreshold(Method method);
/// Whether `score` is on the drift side of `threshold`; what lies exactly on it is as the method's source has
/// it.
bool IsDrift(Method method, double score, double threshold);

}  // namespace cairn::comparison
