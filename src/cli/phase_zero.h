#pragma once

#include <vector>

#include "cli/command.h"

/// What comes before any model: its papers, where it could enter the work, and what it will take.
namespace cairn::cli {

std::vector<Command> CharterExportCommands();  ///< charter export
std::vector<Command> UseCaseCommands();        ///< usecase rank, activate, end
std::vector<Command> CostCommands();           ///< cost plan

}  // namespace cairn::cli
