#include "loop/moving/backup.h"

#include "cli/catalogue.h"
#include "cli/moving_report.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

std::string Sized(const Json& summary) {
  return WithThousands(summary.Int("files")) + " files, " +
         FormatBytes(static_cast<std::uint64_t>(summary.Int("bytes")));
}

Result<int> BackUp(Session& session, const Arguments& arguments) {
  const std::string folder = CAIRN_TRY(WholePath(arguments.Text("FOLDER")));
  Json summary;
  if (arguments.Has("--check")) {
    const Waiting waiting("checking " + folder);
    summary = CAIRN_TRY(moving::CheckBackup(folder));
  } else {
    const Waiting waiting("copying to " + folder);
    summary = CAIRN_TRY(session.Post("/api/v1/backups", Json{{"folder", folder}}));
  }
  if (session.PrintedJson(summary)) return 0;
  session.Say((arguments.Has("--check") ? "Whole: " : "Backed up: ") + Sized(summary) + ", as of " +
              summary.Text("at") + ", in " + folder + ".");
  if (!arguments.Has("--check"))
    session.Note("note: it holds the key that signs the log's heads; keep it as you keep that key.");
  return 0;
}

Result<int> Restore(Session& session, const Arguments& arguments) {
  const std::string folder = CAIRN_TRY(WholePath(arguments.Text("FOLDER")));
  Json summary;
  {
    const Waiting waiting("restoring from " + folder);
    summary = CAIRN_TRY(moving::RestoreBackup(folder, session.settings().data_dir));
  }
  const Json verdict =
      CAIRN_TRY(While("recomputing the log", [&] { return session.Get("/api/v1/audit/verify"); }));
  summary.Set("sound", verdict.Bool("sound"));
  summary.Set("sealed", verdict.Int("sealed"));
  if (!session.PrintedJson(summary)) {
    session.Say("Restored: " + Sized(summary) + ", as of " + summary.Text("at") + ", to " +
                session.settings().data_dir + ".");
    session.Say(verdict.Bool("sound")
                    ? "The log is sound: " + WithThousands(verdict.Int("sealed")) + " events."
                    : "The log is NOT sound; `cairn audit verify` says why.");
  }
  return verdict.Bool("sound") ? 0 : 1;
}

}  // namespace

std::vector<Command> BackupCommands() {
  return {
      {"backup",
       "Copy records and bytes, as of one moment, to a folder",
       "Works while the server runs. The records are those of one moment; every file that they name is in "
       "it. Each "
       "file's digest is in manifest.json, which is written last. Not in it: what lies in the project (DVC's "
       "cache, "
       "cairn.yaml), artifacts in a bucket, records in PostgreSQL (use pg_dump).",
       {{"FOLDER", "A folder that is new or empty"}},
       {{"--check", "", "Copy nothing: compare a backup with its manifest"}},
       BackUp},
      {"restore",
       "Bring a backup into a new data folder (--data), and verify it",
       "Refuses a data folder that holds anything. Every file is compared with the manifest before and "
       "after, and "
       "the event log is verified from its first event.",
       {{"FOLDER", "What cairn backup made"}},
       {},
       Restore},
  };
}

}  // namespace cairn::cli
