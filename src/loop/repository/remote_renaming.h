#pragma once

#include <string>

#include "loop/repository/configuration.h"

namespace cairn::repository {

/// Gives the remote `from` the name `to` in the file of a level, and nothing else; both in lower case.
/// NotFound when that file has no such remote, InvalidArgument for a name that is none.
Result<> RenameRemote(const std::string& root, Level level, const std::string& from, const std::string& to);

}  // namespace cairn::repository
