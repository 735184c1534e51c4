#include "cli/catalogue.h"
#include "cli/standing.h"

namespace cairn::cli {

std::span<const Command> Commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> commands;
    for (const auto part :
         {StartCommands,     UpCommands,          CharterCommands,     CanvasCommands,     DataCommands,
          CatalogueCommands, SplitCommands,       LineageCommands,     TreeCommands,       TreeDetailCommands,
          ProfileCommands,   DataCompareCommands, TransferCommands,    CollectionCommands, SourceCommands,
          SettingsCommands,  ContractCommands,    FeasibilityCommands, RunCommands,        RunsCommands,
          DeletionCommands,  GarbageCommands,     StatusCommands,      GraphCommands,      TriggerCommands,
          ModelCommands,     InspectCommands,     PackageCommands,     PredictCommands,    ServingCommands,
          LoadCommands,      MonitorCommands,     ScoreCommands,       StandingCommands,   ImportCommands,
          ExportCommands,    BackupCommands,      AuditCommands,       ShellCommands}) {
      for (Command& command : part()) commands.push_back(std::move(command));
    }
    return commands;
  }();
  return all;
}

}  // namespace cairn::cli
