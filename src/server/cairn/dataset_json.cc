#include "server/cairn/dataset_json.h"

namespace cairn::api {
namespace {

Json Words(const std::vector<std::string>& words) {
  Json list = Json::Array();
  for (const auto& word : words) list.Push(word);
  return list;
}

}  // namespace

Json ToJson(const data::DatasetFile& file) {
  return Json{
      {"name", file.name},
      {"origin", file.origin},
      {"added_in", file.added_in},
      {"removed_in", file.removed_in},
      {"md5", file.md5},
      {"sha256", file.sha256},
      {"bytes", static_cast<std::int64_t>(file.bytes)},
      {"rows", file.rows},
      {"training",
       Json{{"md5", file.training_md5}, {"sha256", file.training_sha256}, {"rows", file.training_rows}}},
      {"sealed", Json{{"sha256", file.sealed_sha256}, {"rows", file.sealed_rows}}}};
}

Json ToJson(const data::DatasetVersion& version) {
  const data::Provenance& from = version.provenance;
  Json files = Json::Array();
  for (const auto& file : version.files) files.Push(ToJson(file));
  return Json{{"dataset", version.dataset},
              {"version", version.version},
              {"digest", version.digest},
              {"rows", version.rows},
              {"bytes", static_cast<std::int64_t>(version.bytes)},
              {"sealed_rows", version.sealed_rows},
              {"seal_digest", version.seal_digest},
              {"contract_passed", version.contract_passed},
              {"contract", version.contract},
              {"contract_digest", version.contract_digest},
              {"note", version.note},
              {"added_by", version.added_by},
              {"created_ms", version.created_ms},
              {"source", Json{{"kind", from.kind},
                              {"address", from.source},
                              {"query", from.query},
                              {"modified_ms", from.modified_ms},
                              {"read_ms", from.read_ms}}},
              {"owner", from.owner},
              {"licence", from.licence},
              {"jurisdiction", from.jurisdiction},
              {"description", from.description},
              {"reason", from.reason},
              {"tags", Words(from.tags)},
              {"access", Words(from.access)},
              {"format", version.format},
              {"dialect", version.dialect},
              {"columns", data::ToJson(version.columns)},
              {"schema_digest", version.schema_digest},
              {"aliases", Words(version.aliases)},
              {"files", std::move(files)}};
}

Json BriefJson(const data::DatasetVersion& version) {
  Json brief = ToJson(version);
  for (const char* part : {"files", "contract", "columns"}) brief.Remove(part);
  return brief;
}

}  // namespace cairn::api
