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

}  // namespace cairn::tracking
