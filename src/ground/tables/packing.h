#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// Unpacks a gzip or zstd file once, for nobody: the engine takes a stream that breaks off for one that has
/// ended, and does not look at its checksum. Corrupt with the line and byte of what it holds where a stream
/// is cut or damaged; Unsupported without the library that unpacks it. A file that is not compressed is
/// sound.
Result<> CheckPacking(const std::string& path);

}  // namespace cairn::tables
