#include "loop/package/package.h"

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::package {
namespace {

constexpr std::string_view kModel = "model/";

Result<Json> JsonIn(const Files& files, const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return Error{Reason::Corrupt, "'" + path + "' is missing from the package."};
  auto json = Json::Parse(found->second);
  if (json && json->IsObject()) return json;
  return Error{Reason::Corrupt, "'" + path + "' in the package is no JSON object."};
}

Result<Json> ReadAbout(const Files& files) {
  Json about = CAIRN_TRY(JsonIn(files, "package.json"));
  const std::int64_t format = about.Int("format");
  if (format > kFormat)
    return Error{Reason::Unsupported, "The package is of format " + std::to_string(format) +
                                          ", and this program reads up to " + std::to_string(kFormat) +
                                          "; use a newer one."};
  if (format < 1 || about.Text("model").empty() || about.Int("version") < 1)
    return Error{Reason::Corrupt, "'package.json' must name 'format', 'model' and 'version'."};
  return about;
}

/// A model may refer to files beside it, so it is loaded out of a folder: one with the bytes that were just
/// verified.
Result<runtime::LoadedFolder> LoadModel(const Files& files, const runtime::WorkerSettings& worker) {
  const auto folder = CAIRN_TRY(os::TempFolder::Create());
  Files model;
  for (const auto& [path, bytes] : files)
    if (path.starts_with(kModel)) model.emplace(path.substr(kModel.size()), bytes);
  CAIRN_TRY(WriteFolder(model, folder / "model"));
  return runtime::LoadModelFolder(folder / "model", worker);
}

}  // namespace

Result<Opened> Open(const std::string& path) { return Open(CAIRN_TRY(ReadFiles(path))); }

Result<Opened> Open(const Files& files) {
  CAIRN_TRY(Verify(files));
  Opened package;
  package.digest = DigestOf(files);
  package.about = CAIRN_TRY(ReadAbout(files));
  const Json serving = CAIRN_TRY(JsonIn(files, "serving.json"));
  package.settings = CAIRN_TRY(serving::ParseSettings(CAIRN_TRY(ParseYaml(serving.Dump(), "serving.json"))));
  package.golden = CAIRN_TRY(ParseGolden(CAIRN_TRY(JsonIn(files, "golden.json"))));
  package.version = {package.about.Int("version"), package.about.Text("manifest"),
                     CAIRN_TRY(LoadModel(files, package.settings.worker)), package.settings.worker};
  return package;
}

Result<std::unique_ptr<Alone>> Start(const Opened& package, const os::Clock& clock) {
  // By a service of its own: what is checked is the version and not its fallback, and counts as no request.
  serving::Settings alone = package.settings;
  alone.fallback.links.clear();
  const auto examined = CAIRN_TRY(Alone::Start(alone, package.version, clock));
  CAIRN_TRY(Check(package.golden, examined->service()));
  return Alone::Start(package.settings, package.version, clock);
}

}  // namespace cairn::package
