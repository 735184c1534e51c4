#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// Whether `name` as a whole fits `pattern`: * is any number of characters, ? is one, [ab], [a-z] and [!ab]
/// one of a set or none of it. A `[` that is never closed stands for itself.
bool FitsPattern(std::string_view name, std::string_view pattern);

/// The paths that fit, part by part between slashes, sorted by bytes. Names that begin with a dot fit only a
/// pattern that does too.
Result<std::vector<std::string>> PathsLike(std::string_view pattern);

}  // namespace cairn::tables
