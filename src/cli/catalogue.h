#pragma once

#include <vector>

#include "cli/command.h"
#include "cli/session.h"

/// Each file of commands gives its own; commands.cc puts them in the order of the loop.
namespace cairn::cli {

std::vector<Command> StartCommands();     ///< init, id new, apply
std::vector<Command> UpCommands();
std::vector<Command> CharterCommands();   ///< charter check, charter show
std::vector<Command> RunCommands();       ///< run
std::vector<Command> StatusCommands();    ///< status
std::vector<Command> AuditCommands();     ///< audit log, verify, as-of, rebuild
std::vector<Command> ShellCommands();     ///< completion, version

}  // namespace cairn::cli
