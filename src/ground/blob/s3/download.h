#pragma once

#include <string>

#include "ground/blob/s3/caller.h"

namespace cairn::blob::s3 {

/// Fetches an object as Bucket::Get promises: in pieces of `piece_bytes`, each repeated by itself.
Result<> Download(const Caller& caller, const Object& object, const std::string& path);

}  // namespace cairn::blob::s3
