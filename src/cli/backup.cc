#include "loop/moving/backup.h"

#include "app/rooms.h"
#include "cli/catalogue.h"
#include "cli/moving_report.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/moving/source.h"

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

/// ".cairn, records in postgresql://cairn@host/name, artifacts in s3://bucket"
std::string PlacesOf(const Settings& settings) {
  std::string places = settings.data_dir;
  if (!settings.store.empty()) places += ", records in " + moving::NameOfSource(settings.store);
  if (!settings.artifacts.empty()) places += ", artifacts in " + settings.artifacts;
  return places;
}

Result<int> Restore(Session& session, const Arguments& arguments) {
  const std::string folder = CAIRN_TRY(WholePath(arguments.Text("FOLDER")));
  const auto& settings = session.settings();
  Json summary;
  {
    const Waiting waiting("restoring from " + folder);
    summary = CAIRN_TRY(moving::RestoreBackup(
        {folder, settings.data_dir, settings.store, settings.artifacts, app::Schemas()}));
  }
  const Json verdict =
      CAIRN_TRY(While("recomputing the log", [&] { return session.Get("/api/v1/audit/verify"); }));
  summary.Set("sound", verdict.Bool("sound"));
  summary.Set("sealed", verdict.Int("sealed"));
  if (!session.PrintedJson(summary)) {
    session.Say("Restored: " + Sized(summary) + ", as of " + summary.Text("at") + ", to " +
                PlacesOf(settings) + ".");
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
       "Works while the server runs, with records in SQLite or PostgreSQL and artifacts in a folder or a "
       "bucket. The records are those of one moment; every file that they name is in it. Each file's digest "
       "is in manifest.json, which is written last. Not in it: what lies in the project (DVC's cache, "
       "cairn.yaml).",
       {{"FOLDER", "A folder that is new or empty"}},
       {{"--check", "", "Copy nothing: compare a backup with its manifest"},
        {"--store", "URL", "Records in postgresql://user@host/name, as the server has it, when none runs"},
        {"--artifacts", "PLACE", "The folder or s3://bucket/prefix, as the server has it, when none runs"}},
       BackUp},
      {"restore",
       "Bring a backup into a new data folder (--data), and verify it",
       "With --store postgresql://… the records go into that empty database, with --artifacts the files into "
       "that empty folder or s3://bucket/prefix, wherever they came from. Refused where anything is already. "
       "Every file and every row is read back and compared with the backup, and the event log is verified "
       "from its first event. Give the same --store and --artifacts to `cairn up`.",
       {{"FOLDER", "What cairn backup made"}},
       {{"--store", "URL", "Records into the empty postgresql://user@host/name"},
        {"--artifacts", "PLACE", "Files into this empty folder or s3://bucket/prefix"}},
       Restore},
  };
}

}  // namespace cairn::cli
