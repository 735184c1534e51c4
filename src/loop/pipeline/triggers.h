#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// One entry of cairn.yaml's `triggers`: what sets the pipeline off by itself.
struct TriggerRule {
  std::string name;
  std::string on;                   ///< alert
  std::string monitor;              ///< Whose alerts; "" for any.
  std::vector<std::string> stages;  ///< Of `run: pipeline` none: all that is stale.
};

/// InvalidArgument with the place: an unknown key, a kind of trigger that is not known, a monitor that
/// `monitors` does not list.
Result<std::vector<TriggerRule>> ParseTriggers(const Node& configuration);

/// What the triggers that wait for `monitor`'s alerts ask for when it raises `alert`, in `project`.
std::vector<Request> PulledBy(const std::vector<TriggerRule>& rules, const std::string& monitor,
                              const std::string& alert, const std::string& project);

}  // namespace cairn::pipeline
