#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loop/runtime/model.h"
#include "loop/serving/canary_record.h"
#include "loop/serving/log_policy.h"

namespace cairn::serving {

/// A version of the bound model, as a list of what could answer has it.
struct Listed {
  std::int64_t version = 0;
  bool ready = false;  ///< In memory, and would answer.
  std::string reason;  ///< Why not; "" when it is.
};

struct CanaryState {
  bool running = false;
  std::int64_t version = 0;
  double share = 0;  ///< 0 once its record shows a fault: it gets no more requests.
  CanaryRecord record;
  double canary_p99_ms = 0, production_p99_ms = 0;
};

struct ServiceState {
  std::string model;
  std::int64_t version = 0;  ///< 0: nothing is loaded.
  std::string manifest;
  std::string problem;  ///< Why nothing is loaded, or "".
  runtime::Signature signature;
  std::vector<std::string> columns;  ///< That the version reads.
  std::string pace;                  ///< How it takes its requests, for people; "" without one.
  std::int64_t waiting = 0;          ///< Requests in its line now.
  double p50_ms = 0, p99_ms = 0;     ///< Of the last 10,000 requests, without those to named versions.
  /// Answered since the start, also by versions that callers named; those answered by the heuristic among
  /// them; those refused for their content.
  std::int64_t requests = 0, rows = 0, fallbacks = 0, rejected = 0;
  bool falling_back = false;  ///< The last event said that the heuristic answers.
  LogPolicy log;
  /// Of `requests`: in the prediction log, and not, by its policy, or for want of room on its disk.
  std::int64_t logged = 0, passed_over = 0, lost = 0;
  CanaryState canary;
};

}  // namespace cairn::serving
