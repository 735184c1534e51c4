#include "cli/catalogue.h"
#include "cli/moving_report.h"
#include "cli/waiting.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

Result<int> ExportMlflow(Session& session, const Arguments& arguments) {
  std::string target = arguments.Text("TARGET");
  if (target.starts_with(kSqlite))
    target = std::string(kSqlite) + CAIRN_TRY(WholePath(target.substr(kSqlite.size())));
  Json report;
  {
    const Waiting waiting("writing into MLflow's store");
    report = CAIRN_TRY(session.Post("/api/v1/exports", Json{{"target", target}}));
  }
  if (!session.PrintedJson(report)) {
    PrintMovingReport(session, report, "there");
    session.Say(report.Bool("clean") ? "Both sides are equal. To serve it with MLflow:"
                                     : "The two sides are NOT equal.");
    if (report.Bool("clean"))
      session.Say("  mlflow server --backend-store-uri " + report.Text("target") +
                  " --artifacts-destination " + report.Text("artifacts"));
  }
  return report.Bool("clean") ? 0 : 1;
}

}  // namespace

std::vector<Command> ExportCommands() {
  return {
      {"export mlflow",
       "Write everything into a store of MLflow's, and compare",
       "The target is an empty store that MLflow made: `mlflow db upgrade sqlite:///FILE`, or with "
       "postgresql://… instead. Ids, times, steps, tags, versions, aliases and what was deleted stay; only "
       "long ids of experiments become others on PostgreSQL, where MLflow has no room for them. Artifacts "
       "are plain files and stay where they are; the last line says "
       "how MLflow "
       "serves them.",
       {{"TARGET", "sqlite:///FILE or postgresql://user@host/name"}},
       {},
       ExportMlflow}};
}

}  // namespace cairn::cli
