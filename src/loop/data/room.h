#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::data {

/// What a deed will write below a folder, at most.
struct Need {
  std::string folder;
  std::uint64_t bytes = 0;
};

/// Exhausted with the figures when a file system cannot take what is to be written to it and a little more.
/// Folders need not exist yet.
Result<> EnsureRoom(const std::vector<Need>& needs, const std::string& what);

}  // namespace cairn::data
