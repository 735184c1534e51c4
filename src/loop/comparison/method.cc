#include "loop/comparison/method.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include "ground/vocabulary/text.h"

namespace cairn::comparison {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<MethodFacts, 26> kMethods{{
    {Method::KolmogorovSmirnovP, "ks", "Kolmogorov-Smirnov p", Side::PAtMost, 0.05, true, false, false},
    {Method::AndersonDarlingP, "anderson", "Anderson-Darling p", Side::PBelow, 0.1, true, false, false},
    {Method::CramerVonMisesP, "cramer_von_mises", "Cramér-von Mises p", Side::PAtMost, 0.1, true, false,
     false},
    {Method::MannWhitneyP, "mannw", "Mann-Whitney p (reference less)", Side::PBelow, 0.05, true, false,
     false},
    {Method::MannWhitneyTwoSidedP, "mannw_two_sided", "Mann-Whitney p", Side::PBelow, 0.05, true, false,
     false},
    {Method::StudentTP, "t_test", "Student's t p", Side::PBelow, 0.05, true, false, false},
    {Method::WelchTP, "welch", "Welch's t p", Side::PBelow, 0.05, true, false, false},
    {Method::EppsSingletonP, "es", "Epps-Singleton p", Side::PBelow, 0.05, true, false, false},
    {Method::Wasserstein, "wasserstein", "Wasserstein distance / deviation", Side::DistanceAtLeast, 0.1, true,
     false, false},
    {Method::WassersteinRaw, "wasserstein_raw", "Wasserstein distance", Side::DistanceAtLeast, kNone, true,
     false, false},
    {Method::Energy, "ed", "energy distance", Side::DistanceAbove, 0.1, true, false, false},
    {Method::Psi, "psi", "population stability index", Side::DistanceAtLeast, 0.1, true, true, false},
    {Method::JensenShannon, "jensenshannon", "Jensen-Shannon distance, ln", Side::DistanceAtLeast, 0.1, true,
     true, false},
    {Method::JsDistance2, "js_distance_2", "Jensen-Shannon distance, log2", Side::DistanceAbove, 0.1, true,
     true, false},
    {Method::JsDivergence2, "js_divergence_2", "Jensen-Shannon divergence, log2", Side::DistanceAbove, 0.1,
     true, true, false},
    {Method::Hellinger, "hellinger", "Hellinger distance", Side::DistanceAtLeast, 0.1, true, true, false},
    {Method::KlDivergence, "kl_div", "Kullback-Leibler divergence", Side::DistanceAtLeast, 0.1, true, true,
     false},
    {Method::TotalVariation, "tvd", "total variation", Side::DistanceAtLeast, 0.1, true, true, false},
    {Method::LInfinity, "l_infinity", "largest difference of shares", Side::DistanceAbove, 0.1, true, true,
     false},
    {Method::ChiSquareP, "chisquare", "chi-square p", Side::PBelow, 0.05, true, true, false},
    {Method::ChiSquareHomogeneityP, "chi2_homogeneity", "chi-square p (homogeneity)", Side::PBelow, 0.05,
     true, true, false},
    {Method::GTestP, "g_test", "G-test p", Side::PBelow, 0.1, true, true, false},
    {Method::GHomogeneityP, "g_homogeneity", "G-test p (homogeneity)", Side::PBelow, 0.05, true, true, false},
    {Method::FisherP, "fisher_exact", "Fisher's exact p", Side::PBelow, 0.1, true, true, false},
    {Method::ZTestP, "z", "two-proportion z p", Side::PBelow, 0.05, true, true, false},
    {Method::TextContentP, "text_content", "words and lengths p", Side::PBelow, 0.05, false, false, true},
}};

}  // namespace

std::span<const MethodFacts> Methods() { return kMethods; }

const MethodFacts& FactsOf(Method method) {
  const auto* found = std::ranges::find(kMethods, method, &MethodFacts::method);
  if (found != kMethods.end()) return *found;
  std::fprintf(stderr, "a comparison method has no facts\n");
  std::abort();
}

std::string_view NameOf(Method method) { return FactsOf(method).name; }

Result<Method> MethodNamed(std::string_view name) {
  const auto* found = std::ranges::find(kMethods, name, &MethodFacts::name);
  if (found != kMethods.end()) return found->method;
  std::vector<std::string_view> names;
  std::string list;
  for (const MethodFacts& facts : kMethods) {
    names.push_back(facts.name);
    list += (list.empty() ? "" : ", ") + std::string(facts.name);
  }
  return Error{Reason::InvalidArgument, "there is no statistic '" + std::string(name) + "'." +
                                            Suggestion(name, names) + " Choose among " + list + "."};
}

bool IsPValue(Method method) {
  const Side side = FactsOf(method).side;
  return side == Side::PAtMost || side == Side::PBelow;
}

double DefaultThreshold(Method method) { return FactsOf(method).threshold; }

bool IsDrift(Method method, double score, double threshold) {
  switch (FactsOf(method).side) {
    case Side::PAtMost:
    case Side::DistanceAtLeast:
      return IsPValue(method) ? score <= threshold : score >= threshold;
    case Side::PBelow:
      return score < threshold;
    case Side::DistanceAbove:
      return score > threshold;
  }
  return false;
}

}  // namespace cairn::comparison
