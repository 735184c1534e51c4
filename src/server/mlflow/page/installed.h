#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::mlflow {

/// What says which Python this user means.
struct Surroundings {
  std::string virtual_environment;  ///< $VIRTUAL_ENV, or "".
  std::string path;                 ///< $PATH.
  std::string home;

  static Surroundings Mine();
};

/// The folder with the built page of the `mlflow` package that `python3` would import: of the active virtual
/// environment, else of the first python3 on the path, else of the user's own packages. Looks at folders
/// only; no Python is started. NotFound says how to get one.
Result<std::string> InstalledPage(const Surroundings& surroundings);

}  // namespace cairn::mlflow
