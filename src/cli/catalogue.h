#pragma once

#include <vector>

#include "cli/command.h"
#include "cli/session.h"

/// Each file of commands gives its own; commands.cc puts them in the order of the loop.
namespace cairn::cli {

std::vector<Command> StartCommands();  ///< init, id new, apply
std::vector<Command> UpCommands();
std::vector<Command> CharterCommands();      ///< charter check, charter show
std::vector<Command> DataCommands();         ///< data add, check, list
std::vector<Command> CatalogueCommands();    ///< data show, search, alias, verify, export, seal
std::vector<Command> SplitCommands();        ///< data split, leaks
std::vector<Command> LineageCommands();      ///< data who-uses, where-from
std::vector<Command> TreeCommands();         ///< data init, commit, checkout, mv, rm, unprotect
std::vector<Command> TreeDetailCommands();   ///< data status, diff, ls
std::vector<Command> ProfileCommands();      ///< data profile, data profile merge
std::vector<Command> SynthCommands();        ///< data synth
std::vector<Command> DataCompareCommands();  ///< data compare
std::vector<Command> TransferCommands();     ///< data push, fetch, compare-remote
std::vector<Command> CollectionCommands();   ///< data gc
std::vector<Command> SourceCommands();       ///< data get, import, update
std::vector<Command> SettingsCommands();     ///< data remote …, data config
std::vector<Command> ContractCommands();     ///< data contract infer, check, show, diff, lint, import, export
std::vector<Command> FeasibilityCommands();  ///< feasibility
std::vector<Command> RunCommands();          ///< run
std::vector<Command> ExpCommands();          ///< exp run, queue …, stop
std::vector<Command> ExpShowCommands();      ///< exp show, diff
std::vector<Command> ExpBringCommands();     ///< exp apply, branch, logs
std::vector<Command> CiCommands();           ///< ci
std::vector<Command> RunsCommands();         ///< runs list, show, compare, watch, export
std::vector<Command> DeletionCommands();  ///< runs delete, restore, experiments …, model delete, hold …
std::vector<Command> GarbageCommands();   ///< gc
std::vector<Command> StatusCommands();    ///< status
std::vector<Command> GraphCommands();     ///< graph
std::vector<Command> TriggerCommands();   ///< trigger list, show, pause, resume, fire, backfill, next
std::vector<Command> ModelCommands();     ///< model list, show, consider, promote, rollback
std::vector<Command> InspectCommands();   ///< model inspect, formats
std::vector<Command> PackageCommands();   ///< model package, serve
std::vector<Command> PredictCommands();   ///< predict
std::vector<Command> BatchCommands();     ///< batch, batch get, list
std::vector<Command> EvaluateCommands();  ///< evaluate, evaluate plan, evaluations
std::vector<Command> TrialCommands();     ///< model pause, resume, abort, verify
std::vector<Command> ServingCommands();   ///< serving, serving plan, drill, verify
std::vector<Command> LoadCommands();      ///< load
std::vector<Command> MonitorCommands();   ///< monitor, monitor alerts, monitor acknowledge
std::vector<Command> ScoreCommands();     ///< kpi status, delivery, score, level
std::vector<Command> ImportCommands();    ///< import mlflow, merge
std::vector<Command> ExportCommands();    ///< export mlflow
std::vector<Command> BackupCommands();    ///< backup, restore
std::vector<Command> AuditCommands();     ///< audit log, verify, as-of, diff, who, why, export, rebuild
std::vector<Command> ShellCommands();     ///< completion, version

}  // namespace cairn::cli
