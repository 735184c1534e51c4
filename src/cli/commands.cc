#include "cli/catalogue.h"

namespace cairn::cli {

std::span<const Command> Commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> commands;
    for (const auto part : {StartCommands, UpCommands, CharterCommands, DataCommands, FeasibilityCommands,
                            RunCommands, StatusCommands, ModelCommands, ServingCommands, MonitorCommands,
                            ScoreCommands, AuditCommands, ShellCommands}) {
      for (Command& command : part()) commands.push_back(std::move(command));
    }
    return commands;
  }();
  return all;
}

}  // namespace cairn::cli
