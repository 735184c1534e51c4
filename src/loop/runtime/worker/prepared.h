#pragma once

#include <string>

#include "ground/os/temp_folder.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/worker/sandbox.h"
#include "loop/runtime/workers.h"

namespace cairn::runtime::worker {

/// What a confined process of a model needs.
struct Prepared {
  os::TempFolder
      folder;         ///< worker.py, pmml/, and model/: the bytes as they are now, whatever happens later.
  CodeInFolder code;  ///< Of that copy.
  Python python;
};
/// Unsupported when processes cannot be confined here; Denied when loading the model runs code and the
/// settings do not permit that; Unavailable without its Python.
Result<Prepared> Prepare(const std::string& folder, const WorkerSettings& settings);

}  // namespace cairn::runtime::worker
