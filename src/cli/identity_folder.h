#pragma once

#include <string>

namespace cairn::cli {

/// Where people's private keys are kept: $CAIRN_ID_DIR, or cairn/ids in the user's configuration folder.
std::string IdentityFolder();

}  // namespace cairn::cli
