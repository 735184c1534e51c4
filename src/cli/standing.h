#pragma once

#include <vector>

#include "cli/command.h"

/// How well the work goes, and what of its intentions runs.
namespace cairn::cli {

std::vector<Command> StandingCommands();  ///< metrics, level, principles, doctor
std::vector<Command> CanvasCommands();    ///< canvas …, stack

}  // namespace cairn::cli
