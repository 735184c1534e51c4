#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::scorecard {

/// Where elite, high and medium end; beyond is low. The defaults follow the reports of the DORA research
/// programme.
struct Bands {
  std::array<double, 3> per_day{1, 1.0 / 7, 1.0 / 30};  ///< Promotions, at least.
  std::array<std::int64_t, 3> lead_ms{86'400'000, 7 * 86'400'000LL, 30 * 86'400'000LL};  ///< Below.
  std::array<std::int64_t, 3> restore_ms{3'600'000, 86'400'000, 7 * 86'400'000LL};       ///< Below.
  std::array<double, 3> failure{0.05, 0.10, 0.15};                                       ///< At most.
};

/// How old the newest evidence may be unless the configuration says otherwise.
inline constexpr std::int64_t kCadenceMs = 30 * 86'400'000LL;

/// The section `scorecard` of cairn.yaml:
///   scorecard:
///     cadence: 30d                             # how old the newest evidence of a test may be
///     cadences: {T-M2: 90d}                    # of single tests
///     checks: [{test: T-D7, stage: unit_tests}]  # a stage of dvc.yaml that does a test of the rubric
///     bands:                                   # elite, high, medium; beyond is low
///       per_day: [1, 0.14, 0.03]
///       lead: [1d, 7d, 30d]
///       restore: [1h, 1d, 7d]
///       failure: [5%, 10%, 15%]
struct Settings {
  std::int64_t cadence_ms = kCadenceMs;
  std::map<std::string, std::int64_t, std::less<>> cadences;
  std::multimap<std::string, std::string, std::less<>> checks;  ///< Test → stage.
  Bands bands;

  std::int64_t CadenceOf(std::string_view test) const;
};

/// The defaults without the section. InvalidArgument with place: an unknown key, a test that the rubric does
/// not have or that the program does itself (no stage can show it), bands out of order.
Result<Settings> ParseScorecard(const Node& configuration);

}  // namespace cairn::scorecard
