#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/os/process.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/workers.h"

namespace cairn::runtime::worker {

/// A Python and the folders that it lies in, all links resolved.
struct Python {
  std::string program;
  std::vector<std::string> folders;
};
/// Asks the program itself. Unavailable when it is not there, or is no Python 3.8 or later.
Result<Python> FindPython(const std::string& program);

/// bubblewrap around `python` with `program`; `folder` holds that program and model/. Nothing of the machine
/// is seen but the system's programs and libraries, and the Python's folders. Processes with different places
/// use different cores as long as there are enough.
os::Command Confined(const Python& python, const std::string& folder, const WorkerSettings& settings,
                     std::size_t place, const std::string& program = "worker.py");

}  // namespace cairn::runtime::worker
