#pragma once

#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// The sentence for a system call that failed with `code` (an errno) while `doing` something to `path`, with
/// the remedy when one is known. ENOENT is NotFound, EACCES/EPERM/EROFS Denied, EEXIST AlreadyExists,
/// ENOSPC/EDQUOT/EMFILE/ENOMEM Exhausted, EFBIG TooLarge, ENOTDIR/EISDIR/ELOOP/ENAMETOOLONG/EINVAL
/// InvalidArgument, ENOTEMPTY/ETXTBSY/EBUSY Conflict, EIO Corrupt, EXDEV/EOPNOTSUPP Unsupported,
/// EAGAIN/ECONNREFUSED/ETIMEDOUT Unavailable, anything else Internal. Example: SystemError(ENOENT, "read",
/// "a.csv") says "Cannot read 'a.csv': there is no such file or folder; check the path."
Error SystemError(int code, std::string_view doing, std::string_view path);

}  // namespace cairn::os
