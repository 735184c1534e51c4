#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/charter/charter.h"

namespace cairn::scorecard {

/// Where live figures come from. Each may give none: nothing was measured yet.
struct Meters {
  std::function<Result<std::optional<double>>(std::string_view metric)>
      quality;  ///< Labelled live traffic, newest closed window.
  std::function<Result<std::optional<double>>(std::string_view metric)>
      evaluation;  ///< Sealed rows, the version in production.
  std::function<std::optional<double>()> latency_p99_ms;
  std::function<std::optional<double>()> fallback_share;  ///< Of the requests answered, 0 … 1.
};

struct KpiStatus {
  charter::Kpi kpi;
  std::optional<double> value;
  enum class Verdict { Pass, Fail, Unknown } verdict = Verdict::Unknown;
  std::string why;  ///< "0.51 <= 0.56", or why nothing is known.
};
std::string_view NameOf(KpiStatus::Verdict verdict);
Json ToJson(const KpiStatus& status);

/// Each KPI of the charter against what its source says now; never a figure that somebody typed in.
Result<std::vector<KpiStatus>> StatusOf(const std::vector<charter::Kpi>& kpis, const Meters& meters);

}  // namespace cairn::scorecard
