#pragma once

#include <map>
#include <mutex>
#include <string>

#include "loop/moving/source.h"

namespace cairn::moving {

/// Where things that come over will be: the ids of experiments, and the URIs of artifacts, which move below
/// "mlflow-artifacts:/" unless they are left or out of the source's reach. Safe from any thread.
class Addresses {
 public:
  Addresses(const Source& source, bool leave) : source_(source), leave_(leave) {}

  /// An experiment becomes `ours`, and what is below its location goes along.
  void Map(const tracking::Experiment& theirs, tracking::ExperimentId ours);
  tracking::ExperimentId ExperimentOf(tracking::ExperimentId theirs) const;

  /// Whether files at this URI are copied.
  bool Moves(const std::string& uri) const { return !leave_ && !uri.empty() && source_.Reaches(uri); }
  /// Where an experiment that becomes `ours` keeps its artifacts.
  std::string LocationOf(const tracking::Experiment& theirs, tracking::ExperimentId ours) const;
  /// Where the artifacts of a run or model of experiment `ours` will be; remembered for Translated.
  std::string Settle(const Owner& owner, tracking::ExperimentId ours);
  struct Beyond {
    std::int64_t owners = 0;
    std::string first;
  };
  /// What Settle left where it is though it is a path of this machine.
  Beyond OutOfReach() const;
  /// A URI of a model version: below an owner that was settled it leads to the new place, any other stays.
  std::string Translated(const std::string& uri) const;

 private:
  const Source& source_;
  const bool leave_;
  mutable std::mutex mutex_;
  std::map<tracking::ExperimentId, tracking::ExperimentId> experiments_;
  std::map<std::string, std::string> settled_;
  Beyond beyond_;
};

}  // namespace cairn::moving
