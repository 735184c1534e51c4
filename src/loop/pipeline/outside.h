#pragma once

#include <map>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// What lies now at `dep`, one of `stage.outside`. The errors of repository::Look, with the stage's name;
/// NotFound when nothing is there.
Result<LockedPath> LookOutside(const std::string& project, const Stage& stage, const std::string& dep,
                               repository::StatIndex& index);

/// What lies outside of the project, seen once for a whole plan.
class OutsideView {
 public:
  /// Looks at what these stages read out there, several at a time.
  OutsideView(const std::string& project, const std::vector<const Stage*>& stages,
              repository::StatIndex& index);

  /// As LookOutside. `stage` is one of those that were looked at.
  const Result<LockedPath>& At(const Stage& stage, const std::string& dep) const;

 private:
  std::map<std::string, Result<LockedPath>> seen_;  ///< By where it lies.
};

}  // namespace cairn::pipeline
