#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "ground/os/clock.h"

namespace cairn::serving {

/// The run of a model that answered a request, perhaps with others.
struct Execution {
  std::int64_t queue_ns = 0;  ///< That the request waited for it.
  std::int64_t rows = 0;      ///< Of all it answered; 0: the request's own.
  bool counts = true;         ///< True for one of its requests.
};

/// What one answered request took, in nanoseconds.
struct Cost {
  std::int64_t total_ns = 0;   ///< From the request's last byte until its answer was written out.
  std::int64_t input_ns = 0;   ///< Reading the request.
  std::int64_t infer_ns = 0;   ///< The model itself; 0 when no model answered.
  std::int64_t output_ns = 0;  ///< Writing the answer.
  Execution execution = {};    ///< As the answer has it.
};

/// What each version has answered since the start, counted by the doors once an answer is written. Safe from
/// any thread.
class Statistics {
 public:
  /// Must outlive it.
  explicit Statistics(const os::Clock& clock) : clock_(clock) {}

  struct Sum {
    std::int64_t count = 0, ns = 0;
  };
  /// Runs of the same number of rows: each counts once, with what was read and written for all it answered.
  struct Batch {
    std::int64_t rows = 0;
    Sum input, infer, output;
  };
  struct OfVersion {
    std::int64_t version = 0;  ///< 0: no version, but the heuristic or a default.
    TimeMs last_ms = 0;        ///< When it answered last.
    std::int64_t rows = 0, runs = 0;
    Sum success, fail, queue, input, infer, output;
    std::vector<Batch> batches;  ///< By rows: of the first 64 different numbers.
  };

  void Answered(std::int64_t version, std::size_t rows, const Cost& cost);
  /// A request to that version that got no answer; it took so long.
  void Failed(std::int64_t version, std::int64_t ns);

  /// Every version that was asked, by number.
  std::vector<OfVersion> Now() const;

 private:
  const os::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::int64_t, OfVersion> versions_;
};

}  // namespace cairn::serving
