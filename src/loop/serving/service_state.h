#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loop/runtime/model.h"
#include "loop/serving/canary_record.h"
#include "loop/serving/fallback.h"
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

/// A link of the fallback chain.
struct LinkState {
  Link link = Link::Heuristic;
  bool ready = false;         ///< It would answer.
  std::int64_t version = 0;   ///< Of Link::Previous, when it is ready.
  std::string why;            ///< Why it is not ready; "" when it is.
  std::int64_t requests = 0;  ///< That it answered since the start.
};

/// A rule about outputs that answers broke since the start, also those of canaries and of named versions.
struct BrokenRule {
  std::string rule;  ///< "price.max"
  std::int64_t requests = 0, rows = 0;
};

/// What a version in memory takes.
struct VersionMemory {
  std::int64_t version = 0;
  std::string role;  ///< production, previous, canary, named
  std::uint64_t bytes =
      0;  ///< Measured when it was loaded; of one in workers what their processes said last.
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
  /// Answered since the start, also by versions that callers named; those answered by a fallback among
  /// them; those refused for their content.
  std::int64_t requests = 0, rows = 0, fallbacks = 0, rejected = 0;
  bool falling_back = false;            ///< The last event said that a fallback answers.
  std::vector<LinkState> fallback;      ///< In the order in which they are tried.
  std::vector<std::string> rules;       ///< What the version's outputs are held to, a sentence for each.
  std::vector<std::string> rules_idle;  ///< What is written of outputs that it has not.
  std::vector<BrokenRule> broken;       ///< By name.
  std::uint64_t memory_cap = 0;         ///< serving.memory; 0: none.
  std::vector<VersionMemory> memory;    ///< Of each version in memory.
  std::int64_t evicted = 0;             ///< Versions that made room for others since the start.
  LogPolicy log;
  /// Of `requests`: in the prediction log, and not, by its policy, or for want of room on its disk.
  std::int64_t logged = 0, passed_over = 0, lost = 0;
  CanaryState canary;
};

}  // namespace cairn::serving
