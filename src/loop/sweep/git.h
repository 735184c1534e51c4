#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::sweep {

/// What the program `git` with these words prints, called in `folder`; variables that name another repository
/// are taken away. Unprocessable, with git's own words, when it fails; NotFound where there is no git.
Result<std::string> Git(const std::string& folder, const std::vector<std::string>& words,
                        const std::vector<std::pair<std::string, std::string>>& variables = {});

}  // namespace cairn::sweep
