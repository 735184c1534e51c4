#include <cstdio>
#include <fstream>

#include "cli/catalogue.h"
#include "cli/moving_report.h"
#include "ground/os/files.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

/// Every SQLite database begins with these bytes (https://www.sqlite.org/fileformat.html, 1.3).
constexpr std::string_view kSqliteHead("SQLite format 3\0", 16);

Result<std::string> DatabaseAt(const std::string& path) {
  std::string head(kSqliteHead.size(), ' ');
  std::ifstream(path, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  if (head == kSqliteHead) return std::string(kSqlite) + path;
  return Error{
      Reason::InvalidArgument,
      "'" + path +
          "' is no SQLite database: name the database of an MLflow server, its mlruns folder, or the "
          "server itself (http://…)"};
}

/// Sources that are paths are looked for from where the user stands, not from where the server does.
Result<std::string> SourceOf(const std::string& given) {
  if (given.starts_with(kSqlite)) {
    const auto path = CAIRN_TRY(WholePath(given.substr(kSqlite.size())));
    return os::Exists(path) && !os::IsFolder(path) ? DatabaseAt(path)
                                                   : Result<std::string>(std::string(kSqlite) + path);
  }
  if (given.find("://") != std::string::npos) return given;
  const auto path = CAIRN_TRY(os::RealPath(given));
  return os::IsFolder(path) ? Result<std::string>(path) : DatabaseAt(path);
}

std::string FarOf(const Json& state) {
  return WithThousands(state.Int("runs")) + " runs, " + WithThousands(state.Int("points")) + " points, " +
         WithThousands(state.Int("files")) + " files, " +
         FormatBytes(static_cast<std::uint64_t>(state.Int("bytes")));
}

/// How far an import is: one line that is written over on a terminal, and elsewhere, where lines stay, one
/// for each thing that it begins.
class Progress {
 public:
  ~Progress() {
    if (terminal_) std::fputs("\r\033[K", stderr);
  }
  void Show(const Session& session, const Json& state) {
    const std::string doing = state.Text("doing");
    if (terminal_) {
      const auto width = static_cast<std::size_t>(os::WidthOf(os::kStandardError));
      std::fprintf(stderr, "\r\033[K%s", (doing + ": " + FarOf(state)).substr(0, width).c_str());
    } else if (doing != last_) {
      session.Note(doing + " (" + FarOf(state) + " so far)");
    }
    last_ = doing;
  }

 private:
  const bool terminal_ = os::IsTerminal(os::kStandardError);
  std::string last_;
};

Result<Json> Await(Session& session, const std::string& id) {
  std::int64_t turn = 0;
  Progress progress;
  for (;;) {
    const auto state = session.Get("/api/v1/imports/" + id + "?turn=" + std::to_string(turn));
    if (!state) return state.error();
    if (state->Bool("done")) return state->At("report");
    progress.Show(session, *state);
    turn = state->Int("turn");
  }
}

Result<int> Bring(Session& session, const Json& request) {
  session.BeginStore();
  const Json begun = CAIRN_TRY(session.Post("/api/v1/imports", request));
  const Json report = CAIRN_TRY(Await(session, begun.Text("id")));
  if (!session.PrintedJson(report)) {
    PrintMovingReport(session, report, "there");
    const std::int64_t changed = report.Int("changed");
    session.Say(changed == 0 ? "Nothing was changed."
                             : WithThousands(changed) + " records were brought over or completed.");
    session.Say(report.Bool("clean") ? "Both sides are equal." : "The two sides are NOT equal.");
  }
  return report.Bool("clean") ? 0 : 1;
}

Result<int> ImportMlflow(Session& session, const Arguments& arguments) {
  Json request{{"source", CAIRN_TRY(SourceOf(arguments.Text("SOURCE")))},
               {"leave_artifacts", arguments.Has("--leave-artifacts")},
               {"into", arguments.Has("--into")}};
  if (arguments.Has("--artifact-root")) {
    const auto root = arguments.Text("--artifact-root");
    request.Set("artifact_root", root.starts_with("s3://") ? root : CAIRN_TRY(os::RealPath(root)));
  }
  return Bring(session, request);
}

Result<int> Merge(Session& session, const Arguments& arguments) {
  auto other = arguments.Text("OTHER");
  if (other.find("://") == std::string::npos) other = CAIRN_TRY(os::RealPath(other));
  Json request{{"source", "cairn:" + other}, {"into", arguments.Has("--into")}};
  auto files = arguments.Text("--other-artifacts");
  if (!files.empty() && files.find("://") == std::string::npos) files = CAIRN_TRY(os::RealPath(files));
  request.Set("artifact_root", files);
  return Bring(session, request);
}

}  // namespace

std::vector<Command> ImportCommands() {
  return {
      {"import mlflow",
       "Bring everything over from MLflow, and compare",
       "Keeps ids, times, steps, tags, states, artifacts, models, versions and aliases. Can be given again "
       "at any "
       "time: what is here stays, what is missing is added, what differs is named (exit code 1). The alias "
       "that the "
       "accepted configuration guards is never set. With a server that runs, it must be on this machine. "
       "Artifacts in buckets (s3://) come over where AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set, "
       "with MLFLOW_S3_ENDPOINT_URL as the clients have it.",
       {{"SOURCE",
         "http://host:port of a server, its database (a SQLite FILE, or postgresql://…), or an mlruns "
         "folder"}},
       {{"--artifact-root", "PLACE",
         "The folder, or s3://bucket/prefix, behind mlflow-artifacts: URIs, or a folder outside the source's "
         "own that its paths may lead into"},
        {"--leave-artifacts", "", "Copy no artifacts: their URIs stay, and clients must reach them"},
        {"--into", "",
         "Where an experiment or model of that name is here already, bring what is below it into that one"}},
       ImportMlflow},
      {"merge",
       "Bring everything over from another Cairn's data folder, and compare",
       "It is not touched and may be running. Ids and legal holds stay; equal names need --into, and which "
       "experiment became which is told. Its event log and its webhooks stay where they are.",
       {{"OTHER", "The other data folder (.cairn), or postgresql://user@host/name where its records are"}},
       {{"--other-artifacts", "PLACE",
         "Where its artifacts are when that is not the data folder: another folder or s3://bucket/prefix"},
        {"--into", "",
         "Where an experiment or model of that name is here already, bring what is below it into that one"}},
       Merge},
  };
}

}  // namespace cairn::cli
