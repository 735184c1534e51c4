#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// InvalidArgument, saying what to do, when the path is not UTF-8: neither the engine nor a request can carry
/// it.
Result<> CheckFileName(const std::string& path);

}  // namespace cairn::tables
