#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "loop/pipeline/cluster/engine.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"
#include "loop/pipeline/runner.h"

namespace cairn::pipeline {

/// By it the processes of a run are found again.
inline constexpr const char* kRunVariable = "CAIRN_PIPELINE_RUN";

/// A run under way.
struct Runner::Active {
  RunRecord record;  ///< Under the runner's mutex.
  std::unique_ptr<Project> project;
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
  Json context = Json::Object();
  Resources capacity;
  std::unique_ptr<Engine> engine;  ///< Of the machines that run the stages; none when this one does.
  std::optional<Json> left;        ///< The plan of a job there that it goes on with (cluster/left_job.h).
  bool run_cache = true;
  std::stop_source stop;
  bool cancelled = false;  ///< By a person; under the runner's mutex.
  std::atomic<bool> over = false;
};

}  // namespace cairn::pipeline
