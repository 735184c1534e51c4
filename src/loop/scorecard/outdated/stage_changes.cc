#include "loop/scorecard/outdated/stage_changes.h"

#include <set>

namespace cairn::scorecard {
namespace {

using Level = pipeline::Cause::Level;

bool IsChange(Level level) {
  switch (level) {
    case Level::Command:
    case Level::Code:
    case Level::Data:
    case Level::Model:
    case Level::Params:
    case Level::Environment:
      return true;
    case Level::Never:
    case Level::Output:
    case Level::Always:
    case Level::Upstream:
    case Level::Forced:
      return false;
  }
  return false;
}

}  // namespace

std::vector<pipeline::Cause> ChangesBehind(const std::string& stage, const CausesByStage& causes_of) {
  std::vector<pipeline::Cause> changes;
  std::set<std::string> seen{stage};
  std::vector<std::string> open{stage};
  while (!open.empty()) {
    const auto* causes = causes_of(open.back());
    open.pop_back();
    if (causes == nullptr) continue;
    for (const auto& cause : *causes) {
      if (IsChange(cause.level)) changes.push_back(cause);
      if (cause.level == Level::Upstream && seen.insert(cause.subject).second) open.push_back(cause.subject);
    }
  }
  return changes;
}

}  // namespace cairn::scorecard
