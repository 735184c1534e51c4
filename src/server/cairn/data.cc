#include "loop/data/enrichment.h"
#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"
#include "server/cairn/dataset_json.h"
#include "server/cairn/dialect_json.h"
#include "server/cairn/mount.h"
#include "server/cairn/stage_caller.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const DataRooms>;

/// The candidates that the new version voids. The deed is done: trouble here is told and fails nothing.
Json VoidedBy(const Rooms& rooms, const Result<std::vector<rollout::Rollout>>& under_way) {
  Json warnings = Json::Array();
  if (!rooms->rollouts) return warnings;
  const auto voided =
      under_way ? rooms->rollouts->Voided(*under_way) : Result<std::vector<std::string>>(under_way.error());
  if (!voided) warnings.Push("which candidates this voids is not known: " + voided.error().message);
  if (voided) {
    for (const auto& sentence : *voided) warnings.Push(sentence);
  }
  return warnings;
}

Result<std::vector<std::string>> WordsIn(const Json& body, std::string_view name) {
  std::vector<std::string> words;
  for (const Json& word : body.At(name).items()) {
    if (!word.IsString())
      return Error{Reason::InvalidArgument, "'" + std::string(name) + "' must be a list of texts"};
    words.push_back(word.AsString());
  }
  return words;
}

Result<data::Addition> AdditionIn(const Call& call) {
  const Json& body = call.body;
  data::Addition addition;
  addition.actor = call.Actor();
  addition.note = body.Text("note");
  addition.name = body.Text("name");
  addition.dialect = CAIRN_TRY(DialectIn(body));
  addition.provenance.owner = body.Text("owner");
  addition.provenance.licence = body.Text("licence");
  addition.provenance.jurisdiction = body.Text("jurisdiction");
  addition.provenance.description = body.Text("description");
  addition.provenance.reason = body.Text("reason");
  addition.provenance.tags = CAIRN_TRY(WordsIn(body, "tags"));
  if (body.Bool("allow_broken")) addition.broken = data::Addition::Broken::Record;
  if (body.Bool("replace")) addition.taken = data::Addition::Taken::Replace;
  return addition;
}

/// Tables by the names that a query gives them.
Result<std::vector<data::NamedTable>> TablesIn(const Json& body) {
  std::vector<data::NamedTable> tables;
  for (const Json& item : body.At("with").items()) {
    CAIRN_TRY(OnlyMembers(item, {"name", "file", "dataset", "version"}));
    data::NamedTable table;
    table.name = CAIRN_TRY(RequiredText(item, "name"));
    table.file = item.Text("file"), table.dataset = item.Text("dataset"),
    table.version = item.Text("version");
    if (table.file.empty() == table.dataset.empty())
      return Error{Reason::InvalidArgument, "table '" + table.name + "' needs a 'file' or a 'dataset'"};
    if (!table.file.empty()) table.file = CAIRN_TRY(AbsolutePathIn(item));
    tables.push_back(std::move(table));
  }
  return tables;
}

/// Adds the rows of a query over several tables, or what lies at an address.
Result<data::DatasetVersion> AddRetrieved(const Rooms& rooms, const data::Specification& specification,
                                          data::Addition addition, const data::Retrieved& retrieved) {
  const data::Provenance& from = retrieved.provenance();
  addition.file = retrieved.path();
  addition.name = retrieved.name();
  addition.origin = data::Addition::Origin::Retrieved;
  addition.provenance.kind = from.kind;
  addition.provenance.source = from.source;
  addition.provenance.query = from.query;
  addition.provenance.modified_ms = from.modified_ms;
  addition.provenance.read_ms = from.read_ms;
  addition.parents = retrieved.parents();
  return rooms->catalogue.Add(specification, addition);
}

/// Adds the file on this machine, or what lies at an address.
Result<data::DatasetVersion> AddFrom(const Rooms& rooms, const data::Specification& specification,
                                     data::Addition addition, const Json& body) {
  if (body.Find("with")) {
    if (body.Find("file") || body.Find("from") || body.Find("dialect"))
      return Error{Reason::InvalidArgument, "'with' goes with 'query' alone: name every table in it"};
    const auto tables = CAIRN_TRY(TablesIn(body));
    return AddRetrieved(rooms, specification, addition,
                        CAIRN_TRY(data::Enrich(rooms->catalogue, tables,
                                               CAIRN_TRY(RequiredText(body, "query")), addition.name)));
  }
  if (body.Text("from").empty()) {
    if (!body.Text("query").empty())
      return Error{Reason::InvalidArgument, "'query' is for a database in 'from', or for tables in 'with'"};
    addition.file = CAIRN_TRY(AbsolutePathIn(body));
    addition.provenance.source = body.Text("source");
    return rooms->catalogue.Add(specification, addition);
  }
  if (body.Find("file"))
    return Error{Reason::InvalidArgument, "give a 'file' or an address in 'from', not both"};
  return AddRetrieved(
      rooms, specification, addition,
      CAIRN_TRY(data::Retrieve(rooms->catalogue, {body.Text("from"), body.Text("query"), addition.name})));
}

Result<Json> Add(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(
      call.body, {"file", "from", "query", "with", "dataset", "name", "note", "allow_broken", "replace",
                  "source", "owner", "licence", "jurisdiction", "description", "reason", "tags", "dialect"}));
  const auto specification =
      CAIRN_TRY(SpecificationOf(rooms->configurations, CAIRN_TRY(RequiredText(call.body, "dataset"))));
  auto addition = CAIRN_TRY(AdditionIn(call));
  if (const auto run = CAIRN_TRY(RunOfCaller(rooms->runner, call)))
    addition.cause = run->trigger.cause.empty() ? run->id : run->trigger.cause;
  const auto before = CAIRN_TRY(rooms->catalogue.Versions(specification.name)).size();
  const auto under_way =
      rooms->rollouts ? rooms->rollouts->UnderWay() : Result<std::vector<rollout::Rollout>>({});
  const auto version = CAIRN_TRY(AddFrom(rooms, specification, addition, call.body));
  Json answer = ToJson(version);
  // The file that this call was about: a version found again may have been followed by others.
  answer.Set("file", ToJson(version.files.back()));
  answer.Set("warnings", VoidedBy(rooms, under_way));
  return answer.Set("unchanged", version.version <= static_cast<std::int64_t>(before));
}

Result<Json> ListDatasets(const Rooms& rooms) {
  Json items = Json::Array();
  for (const auto& name : CAIRN_TRY(rooms->catalogue.Datasets())) {
    Json newest = BriefJson(CAIRN_TRY(rooms->catalogue.Find(name)));
    items.Push(std::move(newest));
  }
  return Json{{"items", std::move(items)}};
}

Result<Json> ListVersions(const Rooms& rooms, const Call& call) {
  Json items = Json::Array();
  CAIRN_TRY(rooms->catalogue.Find(call.Path("name")));
  for (const auto& version : CAIRN_TRY(rooms->catalogue.Versions(call.Path("name"))))
    items.Push(ToJson(version));
  return Json{{"items", std::move(items)}};
}

}  // namespace

void MountData(http::Router& router, DataRooms given) {
  const auto rooms = std::make_shared<const DataRooms>(given);
  router.Post("/api/v1/data/add", Answer([rooms](const Call& call) { return Add(rooms, call); }),
              http::Lane::Bytes);
  router.Get("/api/v1/data/datasets", Answer([rooms](const Call&) { return ListDatasets(rooms); }));
  router.Get("/api/v1/data/datasets/{name}/versions",
             Answer([rooms](const Call& call) { return ListVersions(rooms, call); }));
}

}  // namespace cairn::api
