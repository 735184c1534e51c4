#include "loop/evidence/dossier.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/evidence/story.h"
#include "loop/rollout/candidate.h"

namespace cairn::evidence {
namespace {

/// Of a thing that may be gone or was never there.
template <class T>
Result<std::optional<T>> IfThere(Result<T> found) {
  if (found) return std::optional<T>(*std::move(found));
  if (found.error().reason == Reason::NotFound) return std::optional<T>();
  return found.error();
}

std::string LicenceIn(const std::vector<registry::Tag>& tags) {
  for (const auto& [key, value] : tags)
    if (EqualsIgnoringCase(key, "licence") || EqualsIgnoringCase(key, "license")) return value;
  return "";
}

/// The files, read once, held against what was registered.
Result<> ReadFiles(const Rooms& rooms, const Wanted& wanted, Dossier& dossier) {
  const std::string folder = CAIRN_TRY(rooms.registry.FolderOf(dossier.version));
  if (wanted.contents == Wanted::Contents::Digests) {
    dossier.manifest = CAIRN_TRY(registry::TakeManifest(folder));
  } else {
    for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
      if (entry.kind != os::FileKind::File) continue;
      std::string& bytes = dossier.files["model/" + entry.path];
      bytes = CAIRN_TRY(os::ReadFile(os::JoinPath(folder, entry.path)));
      dossier.manifest.files.push_back({entry.path, crypto::Sha256Hex(bytes), bytes.size()});
    }
  }
  if (dossier.manifest.Digest() == dossier.version.manifest) return Done{};
  CAIRN_TRY(rooms.registry.Verify(dossier.version));
  return Error{Reason::Corrupt, "The files of " + dossier.Name() + " changed while they were read."};
}

/// MLmodel's signature keeps each side as a JSON text.
Json Side(const Node& root, const char* name) {
  const Node* side = root.FindPath(name);
  if (!side || !side->IsScalar()) return Json();
  const auto read = Json::Parse(side->text());
  return read ? *read : Json();
}

Result<> ReadKind(const Rooms& rooms, Dossier& dossier) {
  const std::string folder = CAIRN_TRY(rooms.registry.FolderOf(dossier.version));
  const auto text = CAIRN_TRY(IfThere(os::ReadFile(os::JoinPath(folder, "MLmodel"))));
  const auto root = text ? ParseYaml(*text, "MLmodel") : Result<Node>(Node());
  if (!root) return Done{};  // A folder that MLflow did not write has no kind.
  if (const Node* flavours = root->Find("flavors"))
    for (const auto& entry : flavours->entries()) dossier.kind.flavours.push_back(entry.key);
  dossier.kind.inputs = Side(*root, "signature.inputs");
  dossier.kind.outputs = Side(*root, "signature.outputs");
  const auto list = CAIRN_TRY(IfThere(os::ReadFile(os::JoinPath(folder, "requirements.txt"))));
  if (!list) return Done{};
  for (const auto line : Split(*list, '\n')) {
    const auto pinned = line.find("==");
    const auto name = Trim(line.substr(0, std::min(pinned, line.find_first_of("<>=!~;[ "))));
    if (name.empty() || name.front() == '#' || name.front() == '-') continue;
    const auto rest = pinned == std::string_view::npos ? std::string_view() : line.substr(pinned + 2);
    dossier.requirements.push_back(
        {std::string(name), std::string(Trim(rest.substr(0, rest.find_first_of(",; "))))});
  }
  return Done{};
}

Result<> FindRollout(const Rooms& rooms, Dossier& dossier) {
  for (const auto& rollout : CAIRN_TRY(rooms.rollouts.List(dossier.version.model))) {
    if (rollout.version != dossier.version.version) continue;
    dossier.rollout = CAIRN_TRY(rooms.rollouts.Find(rollout.id));
    break;
  }
  if (!dossier.rollout) return Done{};
  if (!dossier.rollout->report.IsNull()) dossier.report_digest = rollout::DigestOf(dossier.rollout->report);
  if (!dossier.rollout->decision.empty())
    dossier.decision = CAIRN_TRY(IfThere(rooms.decisions.Find(dossier.rollout->decision)));
  return Done{};
}

Result<> FindConfiguration(const Rooms& rooms, Dossier& dossier) {
  const std::string seen = dossier.decision ? dossier.decision->seen.Text("configuration") : "";
  if (!seen.empty()) {
    dossier.configuration = CAIRN_TRY(IfThere(rooms.configurations.Find(seen)));
  } else if (CAIRN_TRY(rooms.registry.guard()).model == dossier.version.model) {
    dossier.configuration = CAIRN_TRY(rooms.configurations.Accepted());
  }
  if (!dossier.configuration) return Done{};
  dossier.charter =
      CAIRN_TRY(charter::Parse(CAIRN_TRY(ParseYaml(dossier.configuration->text, "the accepted cairn.yaml"))));
  return Done{};
}

Result<> AddData(const Rooms& rooms, const std::string& part, const std::string& dataset, std::int64_t number,
                 Dossier& dossier) {
  if (dataset.empty() || number == 0) return Done{};
  auto version = CAIRN_TRY(IfThere(rooms.catalogue.Find(dataset, number)));
  if (version) dossier.data.push_back({part, *std::move(version)});
  return Done{};
}

Result<> FindData(const Rooms& rooms, Dossier& dossier) {
  const std::string& trained = dossier.version.data;
  const auto at = trained.rfind('@');
  const auto number = ParseInt(trained.substr(at == std::string::npos ? 0 : at + 1));
  if (at != std::string::npos && number)
    CAIRN_TRY(AddData(rooms, "training", trained.substr(0, at), *number, dossier));
  if (!dossier.rollout) return Done{};
  const Json& evaluated = dossier.rollout->report.At("dataset");
  return AddData(rooms, "evaluation", evaluated.Text("name"), evaluated.Int("version"), dossier);
}

}  // namespace

std::string Dossier::Name() const { return version.model + "/" + std::to_string(version.version); }

const Json& Dossier::Own() const {
  static const Json none;
  if (!rollout) return none;
  for (const Json& contestant : rollout->report.At("contestants").items())
    if (contestant.Text("name") == "candidate") return contestant;
  return none;
}

Result<Dossier> Gather(const Rooms& rooms, const Wanted& wanted) {
  CAIRN_TRY(rooms.sealer.Seal());
  Dossier dossier;
  dossier.program = rooms.program;
  dossier.version = CAIRN_TRY(rooms.registry.Find(wanted.model, wanted.version));
  dossier.model = CAIRN_TRY(rooms.registry.FindModel(wanted.model));
  dossier.head = CAIRN_TRY(metadata::HeadOf(rooms.database, wanted.at));
  if (wanted.contents != Wanted::Contents::None) CAIRN_TRY(ReadFiles(rooms, wanted, dossier));
  CAIRN_TRY(ReadKind(rooms, dossier));
  const std::string own = LicenceIn(dossier.version.tags);
  dossier.licence = own.empty() ? LicenceIn(dossier.model.tags) : own;
  if (!dossier.version.run_id.empty())
    dossier.run = CAIRN_TRY(IfThere(rooms.tracking.runs.Find(dossier.version.run_id)));
  if (!dossier.version.pipeline_run.empty())
    dossier.pipeline = CAIRN_TRY(IfThere(rooms.runner.State(dossier.version.pipeline_run)));
  CAIRN_TRY(FindRollout(rooms, dossier));
  CAIRN_TRY(FindConfiguration(rooms, dossier));
  CAIRN_TRY(FindData(rooms, dossier));
  CAIRN_TRY(TellStory(rooms, dossier));
  return dossier;
}

}  // namespace cairn::evidence
