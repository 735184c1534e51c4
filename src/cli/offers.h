#pragma once

#include <vector>

#include "cli/command.h"

namespace cairn::cli {

std::vector<Command> OfferCommands();  ///< catalogue

}  // namespace cairn::cli
