#include "loop/scorecard/kpi.h"

#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::scorecard {
namespace {

Result<std::optional<double>> Measured(const std::string& source, const Meters& meters) {
  const auto dot = source.find('.');
  const std::string_view place = std::string_view(source).substr(0, dot),
                         figure = dot == std::string::npos ? "" : std::string_view(source).substr(dot + 1);
  if (place == "quality" && meters.quality) return meters.quality(figure);
  if (place == "evaluation" && meters.evaluation) return meters.evaluation(figure);
  if (source == "serving.latency_p99_ms" && meters.latency_p99_ms) return meters.latency_p99_ms();
  if (source == "serving.fallback_share" && meters.fallback_share) return meters.fallback_share();
  return std::optional<double>();
}

std::string_view WhyUnknown(const std::string& source) {
  if (source.starts_with("quality."))
    return "no window of labelled traffic has closed yet, or no monitor measures it";
  if (source.starts_with("evaluation."))
    return "no version in production was examined on the sealed rows with this figure";
  return "nothing was served since the server started";
}

}  // namespace

std::string_view NameOf(KpiStatus::Verdict verdict) {
  switch (verdict) {
    case KpiStatus::Verdict::Pass:
      return "pass";
    case KpiStatus::Verdict::Fail:
      return "fail";
    case KpiStatus::Verdict::Unknown:
      return "unknown";
  }
  return "unknown";
}

Json ToJson(const KpiStatus& status) {
  return Json{{"name", status.kpi.name},
              {"kind", status.kpi.kind},
              {"source", status.kpi.source},
              {"comparator", status.kpi.comparator},
              {"target", status.kpi.target ? Json(*status.kpi.target) : Json()},
              {"owner", status.kpi.owner},
              {"due_ms", status.kpi.due_ms},
              {"value", status.value ? Json(*status.value) : Json()},
              {"status", NameOf(status.verdict)},
              {"why", status.why}};
}

Result<std::vector<KpiStatus>> StatusOf(const std::vector<charter::Kpi>& kpis, const Meters& meters) {
  std::vector<KpiStatus> all;
  for (const charter::Kpi& kpi : kpis) {
    KpiStatus status;
    status.kpi = kpi;
    const auto value = CAIRN_TRY(Measured(kpi.source, meters));
    if (value && std::isfinite(*value)) status.value = value;
    if (!kpi.target) {
      status.why = "the charter gives it no target";
    } else if (status.value) {
      const bool met = kpi.MetBy(*value);
      status.verdict = met ? KpiStatus::Verdict::Pass : KpiStatus::Verdict::Fail;
      status.why = ShortestText(*value) + (met ? " is " : " is not ") + kpi.comparator + " " +
                   ShortestText(*kpi.target);
    } else {
      status.why = WhyUnknown(kpi.source);
    }
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace cairn::scorecard
