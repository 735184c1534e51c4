#pragma once

#include <functional>
#include <string>

#include "loop/moving/source.h"
#include "loop/moving/tally.h"
#include "loop/registry/registry.h"
#include "loop/tracking/artifacts.h"

namespace cairn::moving {

/// Copies artifacts. Each file is hashed before it is stored and once more as it is found afterwards. Safe
/// from any thread.
class Carrier {
 public:
  /// All must outlive this. `scratch` is a folder for files on their way; `carried` is told the size of each.
  Carrier(Source& source, tracking::Artifacts& artifacts, const registry::Registry& registry,
          std::string scratch, Tally& tally, std::function<void(std::uint64_t)> carried)
      : source_(source),
        artifacts_(artifacts),
        registry_(registry),
        scratch_(std::move(scratch)),
        tally_(tally),
        carried_(std::move(carried)) {}

  /// Brings the owner's files below `uri` ("mlflow-artifacts:…"), and compares names and sizes. A file that
  /// is there already is left; one that is missing among the files of a version of the bound model is
  /// refused, which the tally has as a problem. Gives how many files the source has.
  Result<std::int64_t> Carry(const Owner& owner, const std::string& uri);

 private:
  Result<> CarryOne(const Owner& owner, const std::string& path, const std::string& place);

  Source& source_;
  tracking::Artifacts& artifacts_;
  const registry::Registry& registry_;
  const std::string scratch_;
  Tally& tally_;
  const std::function<void(std::uint64_t)> carried_;
};

}  // namespace cairn::moving
