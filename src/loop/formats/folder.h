#pragma once

#include "loop/formats/formats.h"

namespace cairn::formats {

/// Inspect, for a folder.
Result<Inspection> InspectFolder(const std::string& path, const Limits& limits);

}  // namespace cairn::formats
