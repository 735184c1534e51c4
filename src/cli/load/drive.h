#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/load/latencies.h"
#include "ground/fetch/fetch.h"

namespace cairn::cli::load {

/// When a load ends: after so much time, or so many requests; what is 0 does not end it.
struct End {
  std::int64_t after_ms = 0;
  std::int64_t requests = 0;
};

/// Requests that went wrong in one way.
struct Failure {
  std::uint64_t count = 0;
  std::string first;  ///< The sentence of the first of them.
};

/// What came of a load.
struct Outcome {
  int connections = 0;
  double seconds = 0;
  Latencies answered;                       ///< Of the answers of 2xx.
  std::map<std::string, Failure> failures;  ///< By kind: "HTTP 422", "no answer".

  std::uint64_t failed() const;
  double PerSecond() const;
};

/// Sends `request` again and again over so many connections, one request after the other on each. Comes back
/// when all are answered.
Outcome Drive(const fetch::Outgoing& request, int connections, const End& end);

/// The numbers of connections that a load climbs to `most` by: 1, 2, 4, … and `most`.
std::vector<int> Steps(int most);

}  // namespace cairn::cli::load
