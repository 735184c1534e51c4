#pragma once

#include <span>
#include <string>

namespace cairn::cli {

/// Takes a command line of DVC's (without "dvc" itself) and does what it asks, with DVC's words and exit
/// codes: 0 done, 1 the command failed, 251 settings, 253 no repository, 254 usage, 255 anything else. A
/// command or option of DVC's that Cairn does not cover is named, with 1; nothing is done then.
int RunDvc(std::span<const std::string> words);

}  // namespace cairn::cli
