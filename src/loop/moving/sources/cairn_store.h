#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"
#include "loop/tracking/tracking.h"

namespace cairn::moving {

/// Another Cairn's data folder with a SQLite store. It is not touched, and its server may be running: what is
/// read is a copy of its records, made below `scratch` and removed at the end.
Result<std::unique_ptr<Source>> OpenCairnStore(const std::string& folder, const std::string& scratch);

/// The records of rooms that are open here; both must outlive it. `artifacts` is the folder behind
/// "mlflow-artifacts:" URIs, or "".
std::unique_ptr<Source> ReadRooms(const tracking::Tracking& tracking, const registry::Registry& registry,
                                  const std::string& artifacts);

}  // namespace cairn::moving
