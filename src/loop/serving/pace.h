#pragma once

#include <cstdint>
#include <string>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/turnstile.h"
#include "loop/runtime/workers.h"

namespace cairn::serving {

/// How requests wait for a version and are put together: the section `serving.batching` of cairn.yaml.
/// Without it a version that answers a row within 0.2 ms takes each request at once, on the connection's
/// thread; requests to a slower one wait in line, and run together when that is faster and gives every bit of
/// the answer that they would get alone.
struct Batching {
  bool given = false;                   ///< Requests wait in line, however fast the version is.
  std::int64_t max_batch_size = 32;     ///< Rows of one run; 1: nothing is put together.
  std::int64_t max_queue_delay_us = 0;  ///< To wait for others while a place is free; 0: none.
  std::int64_t max_queue_size = 256;    ///< Requests that wait; one more is answered 503.
  std::int64_t concurrency = 0;         ///< Runs at once; 0: one for each processor, or worker process.
  bool close = false;  ///< `answers: close`: also where the sums are rounded otherwise (runtime::kClose).
  friend bool operator==(const Batching&, const Batching&) = default;
};
/// InvalidArgument with the place for an unknown key or a wrong value.
Result<Batching> ParseBatching(const Node& batching);

/// How one version takes its requests.
struct Pace {
  bool in_line = false;        ///< Otherwise each at once; `line` says nothing then.
  runtime::LineSettings line;  ///< most_rows is 1 where nothing is put together.
  std::string why;             ///< A sentence for people: "up to 32 rows run together: …".
};
/// What is said in the settings, held against what the model does when it is tried out (runtime::TryMerging):
/// whatever they say, nothing is put together whose answers depend on each other. Runs the model.
Pace PaceOf(const runtime::Model& model, const Batching& batching, const runtime::WorkerSettings& worker);

}  // namespace cairn::serving
