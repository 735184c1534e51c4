#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "loop/moving/addresses.h"
#include "loop/moving/carrier.h"
#include "loop/moving/import.h"
#include "loop/tracking/restoration.h"

namespace cairn::moving {

/// What one import works with. Safe from any thread.
struct Bench {
  const Target& target;
  Source& source;
  Addresses& addresses;
  Carrier& carrier;
  Tally& tally;
  tracking::Restoration& restoration;
  const std::set<std::string>& unfinished;  ///< Runs that an earlier import began and did not end.
  /// The metrics of logged models, by the run that measured them.
  std::map<std::string, std::vector<tracking::Metric>> model_metrics;
  std::function<void(std::int64_t)> counted;  ///< Told the number of points written.
};

/// Brings one run over, with all its points and artifacts, and compares it. False when it was refused, which
/// the tally then names; an error ends the import.
Result<bool> MoveRun(const Bench& bench, tracking::Run run);

/// Whether an error concerns one record alone.
bool ConcernsOneRecord(const Error& error);

}  // namespace cairn::moving
