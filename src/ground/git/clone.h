#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::git {

/// Copies the repository at `url` (whatever git itself can reach: https, ssh, a path) to the new folder `to`,
/// bare. Of a `revision` that is a branch or a tag only its newest commit is copied, otherwise everything.
/// Done by the program git, so that keys, agents and helpers for passwords serve here as they do elsewhere;
/// it never asks at the terminal. Unavailable with git's own words when it fails, Unsupported without git.
Result<> Clone(const std::string& url, const std::string& to, const std::string& revision);

}  // namespace cairn::git
