#include "loop/sweep/sweep.h"

#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::sweep {

bool Goal::ReachedBy(const Json& figures) const {
  const Json* figure = figures.Find(metric);
  if (!figure || !figure->IsNumber()) return false;
  const double value = figure->AsDouble();
  switch (is) {
    case Is::Below:
      return value < bound;
    case Is::AtMost:
      return value <= bound;
    case Is::Above:
      return value > bound;
    case Is::AtLeast:
      return value >= bound;
  }
  return false;
}

Result<Goal> ParseGoal(std::string_view text) {
  const Error wrong{Reason::InvalidArgument,
                    "'" + std::string(text) + "' is no goal: write METRIC>=NUMBER, or <=, > or <"};
  const auto at = text.find_first_of("<>");
  if (at == std::string_view::npos) return wrong;
  const bool equal = text.substr(at + 1).starts_with('=');
  Goal goal;
  goal.metric = std::string(Trim(text.substr(0, at)));
  goal.is = text[at] == '<' ? (equal ? Goal::Is::AtMost : Goal::Is::Below)
                            : (equal ? Goal::Is::AtLeast : Goal::Is::Above);
  const auto bound = ParseDouble(Trim(text.substr(at + (equal ? 2 : 1))));
  if (!bound || std::isnan(*bound) || goal.metric.empty()) return wrong;
  goal.bound = *bound;
  return goal;
}

const char* NameOf(TrialState state) {
  switch (state) {
    case TrialState::Queued:
      return "queued";
    case TrialState::Running:
      return "running";
    case TrialState::Finished:
      return "finished";
    case TrialState::Failed:
      return "failed";
    case TrialState::Stopped:
      return "stopped";
    case TrialState::Skipped:
      return "skipped";
  }
  return "queued";
}

TrialState TrialStateNamed(std::string_view name) {
  for (const auto state : {TrialState::Running, TrialState::Finished, TrialState::Failed, TrialState::Stopped,
                           TrialState::Skipped}) {
    if (name == NameOf(state)) return state;
  }
  return TrialState::Queued;
}

Result<std::pair<std::string, std::int64_t>> ParseTrialId(std::string_view id) {
  const auto dash = id.find('-');
  const auto number =
      dash == std::string_view::npos ? Result<std::int64_t>(0) : ParseInt(id.substr(dash + 1));
  if (dash == 0 || !number || *number < 1)
    return Error{Reason::InvalidArgument,
                 "'" + std::string(id) + "' is no trial: `cairn exp show` lists them (SWEEP-NUMBER)"};
  return std::pair(std::string(id.substr(0, dash)), *number);
}

}  // namespace cairn::sweep
