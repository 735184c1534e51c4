#include "loop/tracking/records.h"

namespace cairn::tracking {

const char* NameOf(RunStatus status) {
  switch (status) {
    case RunStatus::Running:
      return "RUNNING";
    case RunStatus::Scheduled:
      return "SCHEDULED";
    case RunStatus::Finished:
      return "FINISHED";
    case RunStatus::Failed:
      return "FAILED";
    case RunStatus::Killed:
      return "KILLED";
  }
  return "RUNNING";
}

std::optional<RunStatus> RunStatusOf(std::string_view name) {
  for (const auto status : {RunStatus::Running, RunStatus::Scheduled, RunStatus::Finished, RunStatus::Failed,
                            RunStatus::Killed}) {
    if (name == NameOf(status)) return status;
  }
  return std::nullopt;
}

Metric MetricOf(const Point& point, std::string_view run_id, std::string_view key) {
  Metric metric;
  metric.key = key;
  metric.run_id = run_id;
  metric.step = point.step;
  metric.at_ms = point.at_ms;
  metric.value = point.value;
  return metric;
}

}  // namespace cairn::tracking
