#pragma once

#include <string>
#include <string_view>

#include "ground/blob/s3/caller.h"

namespace cairn::blob::s3 {

/// Stores a file as Bucket::Put promises: in one request, or in parts of `part_bytes` when it is larger.
Result<> Upload(const Caller& caller, std::string_view key, const std::string& source);

}  // namespace cairn::blob::s3
