#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "loop/data/catalogue.h"
#include "loop/registry/registry.h"

namespace cairn::monitoring {

/// Which data the versions of a model were trained on. Both must outlive it; not safe from several threads.
class TrainingData {
 public:
  TrainingData(const registry::Registry& registry, const data::Catalogue& catalogue)
      : registry_(registry), catalogue_(catalogue) {}

  /// The version of `dataset` that a version of `model` was trained on: the one that its run of the pipeline
  /// went by, or, for one that was made elsewhere, the newest that there was when it was registered. Of model
  /// version 0 (the heuristic answered), or one that is gone: that of what stands in production, else the
  /// newest. None when the data set has no version.
  Result<std::optional<std::int64_t>> Of(const std::string& model, std::int64_t version,
                                         const std::string& dataset);
  void Forget() { known_.clear(); }

 private:
  Result<std::optional<std::int64_t>> NewestAt(const std::string& dataset, std::optional<TimeMs> at) const;

  const registry::Registry& registry_;
  const data::Catalogue& catalogue_;
  std::map<std::int64_t, std::int64_t> known_;  ///< By version of the model.
};

}  // namespace cairn::monitoring
