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
#include "loop/serving/fallback.h"
#include "loop/serving/log_policy.h"
#include "loop/serving/output_rules.h"
#include "loop/serving/pace.h"

namespace cairn::serving {

/// The parts of the accepted configuration that serving reads: `serving`, and what it needs of `model`,
/// `data` and `charter`.
struct Settings {
  std::string model;               ///< Registered model; "" when the configuration binds none.
  bool check_inputs = true;        ///< serving.assertions: contract
  FallbackChain fallback;          ///< serving.fallback
  OutputRules outputs;             ///< serving.outputs, and what the contract allows the target to be
  CanaryPlan canary;               ///< serving.canary
  runtime::WorkerSettings worker;  ///< serving.worker
  Batching batching;               ///< serving.batching
  LogPolicy log;                   ///< serving.log
  std::uint64_t memory_bytes = 0;  ///< serving.memory: of all loaded versions together; 0: no cap.
  contract::Contract contract;
  std::string contract_digest;  ///< As data::Specification has it.
  std::string time_column;      ///< Of the data set; "" for none.
  std::optional<charter::Heuristic> heuristic;

  /// Whether a link of the chain could answer by these settings: a heuristic needs its rule.
  bool Has(Link link) const { return fallback.Has(link) && (link != Link::Heuristic || heuristic); }
};
/// InvalidArgument with the place for an unknown key or a wrong value.
Result<Settings> ParseSettings(const Node& configuration);

}  // namespace cairn::serving
