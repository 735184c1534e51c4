#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/registry/registry.h"

namespace cairn::registry {

/// Where a version comes from, once its source was checked and resolved.
struct Origin {
  std::string source;    ///< As it is kept: an alias in it is replaced by the version it named.
  std::string storage;   ///< As ModelVersion.
  std::string location;  ///< As ModelVersion.
  std::string run_id;
  std::string model_id;
  /// The runs and logged models that were found on the way: without them it is no source.
  struct Found {
    std::vector<std::string> runs, models;
  };
  Found found = {};
};

/// The rooms that sources point into.
struct SourceRooms {
  const Registry& registry;
  const tracking::LoggedModels& models;
  const tracking::Runs& runs;
  const tracking::Artifacts& artifacts;
};

/// Reads "models:/m-<id>", "models:/<name>/<version|stage|latest>", "models:/<name>@<alias>",
/// "runs:/<run>/<path>", "mlflow-artifacts:/<path>", a folder of this machine, or any other URI. Errors as
/// Registry::Add.
Result<Origin> ResolveSource(const SourceRooms& rooms, const NewVersion& wanted);

}  // namespace cairn::registry
