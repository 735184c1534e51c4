#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ground/vocabulary/result.h"
#include "loop/repository/object_id.h"

namespace cairn::repository {

/// Corrupt unless the file at `path` holds what `id` names.
Result<> CheckContent(const ObjectId& id, const std::string& path);

/// Copies the file `from` to the new file `to` and takes its digest in the same read; Corrupt, and no file
/// `to`, when it is not what `id` names. `whose` is where `from` belongs, for the message: "the cache", "the
/// remote '/srv/store'".
Result<> CopyChecked(const ObjectId& id, const std::string& from, const std::string& to,
                     const std::string& whose, const std::function<void(std::uint64_t)>& moved);

/// What CheckContent and CopyChecked say of an object that is damaged.
Error Damaged(const ObjectId& id, const std::string& whose, const std::string& actual_md5);

}  // namespace cairn::repository
