#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/cluster/depot.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// What a stage did on a cluster, on its way into the project. All it is made of must outlive it.
class StageResult {
 public:
  /// `sent`: its inputs, as they were when they were sent; `still_to_be_made`: the stage with the others,
  /// which stages of the same run have made since. `result` is what the job says of it.
  StageResult(Project& project, Depot& depot, const Stage& stage, const LockedStage& sent,
              const Stage& still_to_be_made, const Json& result)
      : project_(project),
        depot_(depot),
        stage_(stage),
        sent_(sent),
        still_to_be_made_(still_to_be_made),
        result_(result) {}

  /// The stage has finished: what it made is adopted as if it had been made here, and `record` says what it
  /// read and made. Conflict when something was changed here meanwhile, Corrupt when the job gave no digests;
  /// the errors of Depot::Bring and Project::Adopt.
  Result<> TakeOver(StageRecord& record);
  /// The stage has failed: what calls of its items have done is not done again. The same errors.
  Result<> KeepCalls();

 private:
  Result<LockedStage> Inputs() const;
  Result<repository::Listing> ListingNamed(const std::string& name, const std::string& path);
  Error Unusable(const std::string& path) const;

  Project& project_;
  Depot& depot_;
  const Stage& stage_;
  const LockedStage& sent_;
  const Stage& still_to_be_made_;
  const Json& result_;
};

}  // namespace cairn::pipeline
