#include "loop/monitoring/plan.h"

#include <algorithm>

#include "ground/vocabulary/section.h"
#include "loop/charter/charter.h"
#include "loop/data/specification.h"
#include "loop/serving/log_policy.h"

namespace cairn::monitoring {
namespace {

evaluation::MetricSettings SettingsOf(const charter::Charter& charter, const Node& configuration) {
  evaluation::MetricSettings settings;
  if (charter.cost) {
    settings.cost.false_positive = charter.cost->false_positive;
    settings.cost.false_negative = charter.cost->false_negative;
  }
  const Node* threshold = configuration.FindPath("model.threshold");
  const Json value = threshold == nullptr ? Json("cost") : threshold->ToJson();
  const double both = settings.cost.false_positive + settings.cost.false_negative;
  if (value.IsNumber()) {
    settings.threshold = value.AsDouble();
  } else if (charter.cost && both > 0) {
    settings.threshold = settings.cost.false_positive / both;
  }
  return settings;
}

}  // namespace

Result<Plan> PlanOf(const Node& configuration) {
  Plan plan;
  plan.monitors = CAIRN_TRY(ParseMonitors(configuration));
  plan.model = TextAtPath(configuration, "model.name");
  plan.dataset = TextAtPath(configuration, "model.dataset");
  const auto charter = CAIRN_TRY(charter::Parse(configuration));
  if (!charter.wait.empty()) plan.wait_ms = CAIRN_TRY(charter::ParseDuration(charter.wait));
  plan.metric = SettingsOf(charter, configuration);
  for (const auto& specification : CAIRN_TRY(data::ParseSpecifications(configuration))) {
    if (plan.dataset.empty()) plan.dataset = specification.name;
    if (specification.name == plan.dataset) plan.time_column = specification.time;
  }
  plan.masked = CAIRN_TRY(serving::LogPolicyOf(configuration)).masked;
  for (const Monitor& monitor : plan.monitors) {
    for (const std::string& column : monitor.columns) {
      if (column != "prediction" &&
          std::find(plan.columns.begin(), plan.columns.end(), column) == plan.columns.end())
        plan.columns.push_back(column);
    }
    if (monitor.quality.empty()) continue;
    if (!evaluation::IsRegression(CAIRN_TRY(evaluation::MetricNamed(monitor.quality))))
      plan.classifies = true;
  }
  return plan;
}

}  // namespace cairn::monitoring
