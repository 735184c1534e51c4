#include "cli/version_files.h"

#include "ground/os/pool.h"
#include "ground/vocabulary/document.h"
#include "loop/package/files.h"

namespace cairn::cli {
namespace {

using runtime::WorkerSettings;

/// As the accepted configuration says, but for what the command line says.
Result<WorkerSettings> SettingsFor(const package::Files& files, const Arguments& arguments) {
  WorkerSettings settings;
  if (const auto found = files.find("worker.json"); found != files.end())
    settings = CAIRN_TRY(runtime::ParseWorkerSettings(CAIRN_TRY(ParseYaml(found->second, "serving.worker"))));
  if (arguments.Has("--python")) settings.python = arguments.Text("--python");
  settings.processes = os::Processors();  // one for each thread that asks
  settings.code = settings.code || arguments.Has("--permit-code");
  return settings;
}

}  // namespace

Result<tables::Format> FormatFor(const std::string& path) {
  if (const auto format = tables::FormatByName(path)) return *format;
  return Error{Reason::InvalidArgument, "'" + path + "' must end in .parquet, .csv or .jsonl."};
}

Result<VersionHere> VersionHere::Fetch(Session& session, const std::string& path,
                                       const Arguments& arguments) {
  const auto files = CAIRN_TRY(package::FromZip(CAIRN_TRY(session.GetText(path + "/files"))));
  auto settings = CAIRN_TRY(SettingsFor(files, arguments));
  auto folder = CAIRN_TRY(os::TempFolder::Create());
  CAIRN_TRY(package::WriteFolder(files, folder / "version"));
  return VersionHere(std::move(folder), std::move(settings));
}

Result<runtime::LoadedFolder> VersionHere::Load() const {
  return runtime::LoadModelFolder(folder_ / "version/model", settings_);
}

}  // namespace cairn::cli
