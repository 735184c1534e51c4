#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/charter/heuristic.h"
#include "loop/data/specification.h"
#include "loop/runtime/workers.h"
#include "loop/serving/canary_record.h"
#include "loop/serving/log_policy.h"
#include "loop/serving/pace.h"

namespace cairn::serving {

/// The parts of the accepted configuration that serving reads: `serving`, and what it needs of `model`,
/// `data` and `charter`.
struct Settings {
  std::string model;               ///< Registered model; "" when the configuration binds none.
  bool check_inputs = true;        ///< serving.assertions: contract
  bool fall_back = true;           ///< serving.fallback: heuristic
  CanaryPlan canary;               ///< serving.canary
  runtime::WorkerSettings worker;  ///< serving.worker
  Batching batching;               ///< serving.batching
  LogPolicy log;                   ///< serving.log
  contract::Contract contract;
  std::string contract_digest;  ///< As data::Specification has it.
  std::string time_column;      ///< Of the data set; "" for none.
  std::optional<charter::Heuristic> heuristic;
};
/// InvalidArgument with the place for an unknown key or a wrong value.
Result<Settings> ParseSettings(const Node& configuration);

}  // namespace cairn::serving
