#pragma once

#include <string>
#include <vector>

namespace cairn::os {

/// The paths that a pattern of the shell means ('*', '?', sets; names that begin with a dot only where the
/// pattern says the dot), sorted; none when nothing is like it.
std::vector<std::string> PathsLike(const std::string& pattern);

}  // namespace cairn::os
