#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// The MD5 by which DVC 2 named a file ("md5-dos2unix"): in each MiB whose first 512 bytes look like text (no
/// NUL, at most 30 % of the bytes other than printable ASCII, tab, line feed, carriage return, form feed and
/// backspace) "\r\n" counts as "\n". 32 hexadecimal digits. Conflict as soon as it has more than `most`
/// bytes.
Result<std::string> LegacyMd5Of(const std::string& path,
                                std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

}  // namespace cairn::repository
