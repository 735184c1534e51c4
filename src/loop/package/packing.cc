#include "loop/package/packing.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/package/held_rows.h"
#include "loop/package/package.h"

namespace cairn::package {
namespace {

using registry::ModelVersion;

/// The parts of cairn.yaml that ParseSettings reads, and nothing of the rest: no names, keys or paths of the
/// project.
Result<Json> ServingPart(const Node& root) {
  Json part = Json::Object();
  const std::string dataset = root.FindPath("model.dataset") ? root.FindPath("model.dataset")->text() : "";
  part.Set("model", Json{{"name", root.FindPath("model.name")->text()}, {"dataset", dataset}});
  if (const Node* serving = root.Find("serving"); serving && !serving->IsNull())
    part.Set("serving", serving->ToJson());
  if (const Node* heuristic = root.FindPath("charter.heuristic"); heuristic && !heuristic->IsNull())
    part.Set("charter", Json{{"heuristic", heuristic->ToJson()}});
  if (dataset.empty()) return part;
  const Node* data = root.Find("data");
  const Node* entry = data ? data->Find(dataset) : nullptr;
  if (!entry) return Error{Reason::NotFound, "The accepted configuration has no data set '" + dataset + "'."};
  Json kept = Json::Object();
  for (const char* key : {"path", "target", "positive", "time", "key", "holdout", "contract"})
    if (const Node* value = entry->Find(key)) kept.Set(key, value->ToJson());
  part.Set("data", Json{{dataset, std::move(kept)}});
  const Node reduced = CAIRN_TRY(ParseYaml(part.Dump(), "serving.json"));
  const auto named = CAIRN_TRY(data::FilesNamed(reduced));
  if (named.empty()) return part;
  const Node* texts = root.Find(data::kFiles);
  Json files = Json::Object();
  for (const auto& path : named)
    if (const Node* text = texts ? texts->Find(path) : nullptr) files.Set(path, text->ToJson());
  part.Set(std::string(data::kFiles), std::move(files));
  return part;
}

Json SignatureJson(const serving::Offer& offer) {
  Json columns = Json::Array();
  for (const auto& column : offer.columns) columns.Push(column);
  return Json{{"inputs", runtime::PortsJson(offer.signature.inputs)},
              {"outputs", runtime::PortsJson(offer.signature.outputs)},
              {"columns", std::move(columns)}};
}

Result<> AddModelFiles(const std::string& folder, Files& files) {
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    if (entry.kind != os::FileKind::File) continue;
    files["model/" + entry.path] = CAIRN_TRY(os::ReadFile(os::JoinPath(folder, entry.path)));
  }
  return Done{};
}

/// What ran the model here, and the packages that MLflow wrote down beside it.
Result<std::string> EnvironmentLock(const std::string& program, const runtime::Model& model,
                                    const Files& files) {
  std::string text = "# What ran this version when its golden vectors were recorded.\n" + program + "\n" +
                     CAIRN_TRY(model.environment());
  const auto made = files.find("model/requirements.txt");
  if (made == files.end()) return text;
  return text + "# What made it (model/requirements.txt).\n" + made->second;
}

std::string LicenceIn(const std::vector<registry::Tag>& tags) {
  for (const auto& [key, value] : tags)
    if (EqualsIgnoringCase(key, "licence") || EqualsIgnoringCase(key, "license")) return value;
  return "";
}

/// As a tag of the version, or of its model, says.
Result<std::string> LicenceOf(const Rooms& rooms, const ModelVersion& version) {
  const std::string own = LicenceIn(version.tags);
  return own.empty() ? LicenceIn(CAIRN_TRY(rooms.registry.FindModel(version.model)).tags) : own;
}

Result<> Note(const Rooms& rooms, const Wanted& wanted, const ModelVersion& version,
              const std::string& digest) {
  const std::string number = std::to_string(wanted.version);
  CAIRN_TRY(rooms.database.Transact([&](sql::Connection& connection) {
    return metadata::Append(connection, rooms.clock.Now(),
                            {.kind = "registry.version_packaged",
                             .subject = "model:" + wanted.model + "/" + number,
                             .actor = wanted.actor,
                             .cause = "",
                             .body = Json{{"model", wanted.model},
                                          {"version", number},
                                          {"manifest", version.manifest},
                                          {"package", digest}}});
  }));
  return Done{};
}

/// Every file that is written here, beside the version's own.
Result<> AddOwnFiles(const Rooms& rooms, const Wanted& wanted, const ModelVersion& version,
                     const runtime::Model& model, Files& files) {
  const std::string licence = CAIRN_TRY(LicenceOf(rooms, version));
  files["environment.lock"] = CAIRN_TRY(EnvironmentLock(wanted.program, model, files));
  files["licence.txt"] =
      licence.empty() ? "No licence was stated for this version (a tag 'licence' on it, or on its model).\n"
                      : licence + "\n";
  return Done{};
}

/// The accepted configuration, when it binds the model.
Result<governance::Configuration> Governing(const Rooms& rooms, const std::string& model) {
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  const auto guard = CAIRN_TRY(rooms.registry.guard());
  if (accepted && guard.model == model) return *accepted;
  return Error{
      Reason::Unsupported,
      "Only versions of the model that the accepted configuration binds can be packaged" +
          (guard.model.empty() ? std::string(", and it binds none") : ", which is '" + guard.model + "'") +
          ": contract, golden vectors and the decision come from there (`cairn apply`)."};
}

}  // namespace

Result<Files> Pack(const Rooms& rooms, const Wanted& wanted) {
  const auto accepted = CAIRN_TRY(Governing(rooms, wanted.model));
  const auto version = CAIRN_TRY(rooms.registry.Find(wanted.model, wanted.version));
  CAIRN_TRY(rooms.registry.AllowAnswering(wanted.model, wanted.version));
  CAIRN_TRY(rooms.registry.Verify(version));
  const std::string folder = CAIRN_TRY(rooms.registry.FolderOf(version));
  const Json serving = CAIRN_TRY(ServingPart(CAIRN_TRY(ParseYaml(accepted.text, "the accepted cairn.yaml"))));
  auto settings = CAIRN_TRY(serving::ParseSettings(CAIRN_TRY(ParseYaml(serving.Dump(), "serving.json"))));
  settings.fallback.links.clear();

  const serving::StoredVersion stored{wanted.version, version.manifest,
                                      CAIRN_TRY(runtime::LoadModelFolder(folder, settings.worker)),
                                      settings.worker};
  const auto alone = CAIRN_TRY(Alone::Start(settings, stored, rooms.clock));
  const auto offer = alone->service().offer();
  const auto held = CAIRN_TRY(ReadHeldRows(rooms, wanted, version, *offer));
  const auto golden = CAIRN_TRY(Record(alone->service(), held.question));
  const auto standing = CAIRN_TRY(rooms.registry.StandingOf(wanted.model));

  Files files;
  CAIRN_TRY(AddModelFiles(folder, files));
  CAIRN_TRY(AddOwnFiles(rooms, wanted, version, *stored.folder.model, files));
  files["signature.json"] = SignatureJson(*offer).DumpPretty();
  files["serving.json"] = serving.DumpPretty();
  files["golden.json"] = ToJson(golden).DumpPretty();
  files["package.json"] = Json{
      {"format", kFormat},
      {"model", wanted.model},
      {"version", wanted.version},
      {"manifest", version.manifest},
      {"decision", standing.version == wanted.version ? standing.decision : ""},
      {"configuration", accepted.digest},
      {"golden", Json{{"rows", golden.rows}, {"from", held.from}}},
      {"made_by",
       wanted.program}}.DumpPretty();
  Seal(files);
  CAIRN_TRY(Note(rooms, wanted, version, DigestOf(files)));
  return files;
}

}  // namespace cairn::package
