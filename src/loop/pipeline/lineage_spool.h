#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/stage_settings.h"

namespace cairn::pipeline {

/// OpenLineage events on their way out: kept on disk until they were taken, so that neither the end of the
/// program nor a server that is away loses one. Taken at least once.
class LineageSpool {
 public:
  /// `folder` is made when something is kept.
  explicit LineageSpool(std::string folder) : folder_(std::move(folder)) {}

  /// Keeps the events of a run for each of the targets; again for the same run replaces them.
  Result<> Keep(const std::string& project, const std::string& run, const LineageTarget& target,
                const std::vector<Json>& events);
  /// Sends what is kept, oldest first: a file gets one line an event, a server one POST each. Unavailable
  /// when a server does not take them: they stay. Costs one look at the folder when there is nothing.
  Result<> Deliver();

 private:
  Result<> DeliverOne(const std::string& path);

  const std::string folder_;
};

}  // namespace cairn::pipeline
