#include "loop/package/version_files.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/section.h"
#include "ledger/metadata/event.h"

namespace cairn::package {
Result<Files> VersionFiles(const Rooms& rooms, const std::string& model, std::int64_t number) {
  const auto version = CAIRN_TRY(rooms.registry.Find(model, number));
  CAIRN_TRY(rooms.registry.Verify(version));
  const std::string folder = CAIRN_TRY(rooms.registry.FolderOf(version));
  Files files;
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    if (entry.kind != os::FileKind::File) continue;
    files["model/" + entry.path] = CAIRN_TRY(os::ReadFile(os::JoinPath(folder, entry.path)));
  }
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  if (!accepted) return files;
  const Node root = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
  const Node* worker = root.FindPath("serving.worker");
  if (worker && !worker->IsNull() && TextAtPath(root, "model.name") == model)
    files["worker.json"] = worker->ToJson().Dump();
  return files;
}

Result<std::string> RecordScoring(const Rooms& rooms, const ScoredFile& scored) {
  CAIRN_TRY(rooms.registry.Find(scored.model, scored.version));
  const std::string version = std::to_string(scored.version);
  metadata::Event event{.kind = "serving.file_scored",
                        .subject = "model:" + scored.model + "/" + version,
                        .actor = scored.actor,
                        .cause = "",
                        .body = Json{{"model", scored.model}, {"version", version}, {"rows", scored.rows}}};
  Json inputs = Json::Array();
  for (const auto& input : scored.inputs) {
    inputs.Push(input);
    event.lineage.from.push_back({"sha256:" + input, "rows"});
  }
  const auto is_sha256 = [](const std::string& text) { return IsHex(text, 64); };
  if (scored.inputs.empty() || !is_sha256(scored.output) ||
      !std::all_of(scored.inputs.begin(), scored.inputs.end(), is_sha256))
    return Error{Reason::InvalidArgument, "'inputs' and 'output' must be SHA-256 digests in hexadecimal."};
  event.body.Set("inputs", std::move(inputs));
  event.body.Set("output", scored.output);
  // The file is made of its rows and of the version.
  event.lineage.of = "sha256:" + scored.output;
  event.lineage.from.push_back({event.subject, "model"});
  return rooms.database.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, rooms.clock.Now(), event); });
}

}  // namespace cairn::package
