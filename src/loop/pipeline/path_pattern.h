#pragma once

#include <string_view>

namespace cairn::pipeline {

/// Whether a path with '/' fits a pattern: `*` is any characters but '/', `?` one of them, `**` any at all; a
/// pattern without wildcards also takes what is below the folder it names. "src/**", "*.py", "**/*.sql".
bool FitsPattern(std::string_view path, std::string_view pattern);

}  // namespace cairn::pipeline
