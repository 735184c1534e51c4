#pragma once

#include <vector>

#include "cli/command.h"

/// Who lets a candidate through, and in whose stead.
namespace cairn::cli {

std::vector<Command> DecideCommands();      ///< model approve, reject, emergency, review, emergencies
std::vector<Command> DelegationCommands();  ///< delegation give, list, withdraw

}  // namespace cairn::cli
