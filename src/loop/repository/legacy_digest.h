#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// The MD5 by which DVC 2 named a file ("md5-dos2unix"): in each MiB whose first 512 bytes look like text (no
/// NUL, at most 30 % of the bytes other than printable ASCII, tab, line feed, carriage return, form feed and
/// backspace) "\r\n" counts as "\n". 32 hexadecimal digits.
Result<std::string> LegacyMd5Of(const std::string& path);

}  // namespace cairn::repository
