#include "cli/catalogue.h"
#include "cli/conversion_view.h"
#include "cli/decide.h"
#include "cli/evidence.h"
#include "cli/offers.h"
#include "cli/phase_zero.h"
#include "cli/standing.h"

namespace cairn::cli {

std::span<const Command> Commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> commands;
    for (const auto part : {StartCommands,      UpCommands,          CharterCommands,  CharterExportCommands,
                            UseCaseCommands,    CostCommands,        CanvasCommands,   DataCommands,
                            CatalogueCommands,  SplitCommands,       LineageCommands,  TreeCommands,
                            TreeDetailCommands, ProfileCommands,     SynthCommands,    DataCompareCommands,
                            TransferCommands,   CollectionCommands,  SourceCommands,   SettingsCommands,
                            ContractCommands,   FeasibilityCommands, RunCommands,      ExpCommands,
                            ExpShowCommands,    ExpBringCommands,    CiCommands,       RunsCommands,
                            DeletionCommands,   GarbageCommands,     StatusCommands,   GraphCommands,
                            TriggerCommands,    ModelCommands,       DecideCommands,   DelegationCommands,
                            TrialCommands,      OfferCommands,       InspectCommands,  ConvertCommands,
                            PackageCommands,    PredictCommands,     BatchCommands,    EvaluateCommands,
                            ServingCommands,    LoadCommands,        MonitorCommands,  ScoreCommands,
                            StandingCommands,   GovernCommands,      ImportCommands,   ExportCommands,
                            BackupCommands,     AuditCommands,       EvidenceCommands, DocsCommands,
                            ShellCommands}) {
      for (Command& command : part()) commands.push_back(std::move(command));
    }
    return commands;
  }();
  return all;
}

}  // namespace cairn::cli
