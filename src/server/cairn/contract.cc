#include <algorithm>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/tables/plain_files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/check.h"
#include "loop/contract/difference.h"
#include "loop/contract/infer.h"
#include "loop/contract/lint.h"
#include "loop/contract/odcs_text.h"
#include "loop/profile/personal_columns.h"
#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"
#include "server/cairn/dialect_json.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const DataRooms>;

/// A contract as requests carry it: {"text", "file"}.
struct Given {
  std::string text, file;
};

Result<Given> GivenIn(const Json& body, std::string_view name) {
  const Json& given = body.At(name);
  if (!given.IsObject())
    return Error{Reason::InvalidArgument, "the body needs '" + std::string(name) + "': {\"text\", \"file\"}"};
  return Given{CAIRN_TRY(RequiredText(given, "text")), given.Text("file", "contract.yaml")};
}

Result<contract::Contract> ReadIn(const Json& body, std::string_view name) {
  const Given given = CAIRN_TRY(GivenIn(body, name));
  return contract::ReadContract(given.text, given.file, body.Text("table"));
}

Json ToJson(const contract::Contract& contract) {
  Json columns = Json::Array(), rules = Json::Array();
  for (const auto& column : contract.columns) {
    columns.Push(Json{{"name", column.name},
                      {"type", std::string(contract::NameOf(column.type))},
                      {"required", !column.nullable},
                      {"unique", column.unique},
                      {"training", column.training},
                      {"serving", column.serving},
                      {"classification", column.classification},
                      {"description", column.description}});
  }
  for (const auto& rule : contract.AllRules()) rules.Push(contract::ToJson(rule));
  return Json{{"id", contract.id},       {"version", contract.version},   {"status", contract.status},
              {"table", contract.table}, {"columns", std::move(columns)}, {"rules", std::move(rules)}};
}

Json Told(const contract::Verdict& verdict, const std::string& file, const std::string& of, bool junit) {
  Json answer = verdict.ToJson();
  answer.Set("file", file);
  if (junit) answer.Set("junit", verdict.ToJUnit(of));
  return answer;
}

/// An engine for one request: all processors, and what does not fit the memory goes to a folder of its own.
Result<std::unique_ptr<tables::Engine>> NewEngine() {
  tables::Engine::Options options;
  options.threads = 0;
  options.memory_bytes = std::uint64_t{2} << 30;
  return tables::Engine::Open(options);
}

Result<contract::Conditions> ConditionsIn(const Json& body) {
  contract::Conditions conditions;
  conditions.now = os::SystemClock().Now();
  const std::string environment = body.Text("environment", "training");
  if (environment != "training" && environment != "serving")
    return Error{Reason::InvalidArgument, "'environment' is training or serving, not '" + environment + "'"};
  if (environment == "serving") conditions.environment = contract::Environment::Serving;
  conditions.folder = body.Text("folder");
  for (const auto& [name, file] : body.At("tables").members()) {
    if (!file.IsString()) return Error{Reason::InvalidArgument, "'tables' gives a file for each name"};
    conditions.tables[name] = file.AsString();
  }
  if (const Json& seconds = body.At("query_seconds"); seconds.IsNumber() && seconds.AsDouble() > 0)
    conditions.query_time = std::chrono::milliseconds(static_cast<std::int64_t>(seconds.AsDouble() * 1000));
  return conditions;
}

Result<Json> CheckFile(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"file", "contract", "table", "tables", "environment", "folder",
                                    "query_seconds", "junit", "dialect"}));
  const std::string file = CAIRN_TRY(AbsolutePathIn(call.body));
  const auto contract = CAIRN_TRY(ReadIn(call.body, "contract"));
  const auto conditions = CAIRN_TRY(ConditionsIn(call.body));
  const auto engine = CAIRN_TRY(NewEngine());
  const auto files = CAIRN_TRY(tables::PlainFiles::Of({file}, CAIRN_TRY(DialectIn(call.body))));
  const auto verdict = CAIRN_TRY(files.Told(contract::Check(*engine, files.paths(), contract, conditions)));
  Json answer = Told(verdict, file, contract.id + "." + contract.table, call.body.Bool("junit"));
  return answer.Set("contract", contract.id).Set("table", contract.table);
}

Result<Json> CheckForDataset(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"file", "dataset", "junit"}));
  const std::string file = CAIRN_TRY(AbsolutePathIn(call.body));
  const auto specification =
      CAIRN_TRY(SpecificationOf(rooms->configurations, CAIRN_TRY(RequiredText(call.body, "dataset"))));
  const auto verdict = CAIRN_TRY(rooms->catalogue.CheckFile(specification, file));
  Json answer = Told(verdict, file, specification.name, call.body.Bool("junit"));
  return answer.Set("dataset", specification.name);
}

Json ToJson(const contract::Inference& inference) {
  return Json{{"text", inference.text}, {"rows", inference.rows}, {"columns", inference.columns}};
}

Result<Json> InferFromFile(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"file", "name", "dialect"}));
  const std::string file = CAIRN_TRY(AbsolutePathIn(call.body));
  const auto engine = CAIRN_TRY(NewEngine());
  const auto files = CAIRN_TRY(tables::PlainFiles::Of({file}, CAIRN_TRY(DialectIn(call.body))));
  const auto personal = CAIRN_TRY(files.Told(profile::FindPersonal(*engine, files.paths())));
  const std::string name = call.body.Text("name", os::BaseName(file));
  return ToJson(CAIRN_TRY(files.Told(contract::Infer(*engine, files.paths(), name, personal))));
}

/// From the training part: the sealed rows are not opened.
Result<Json> InferFromDataset(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "version"}));
  const std::string dataset = CAIRN_TRY(RequiredText(call.body, "dataset"));
  const auto version = CAIRN_TRY(rooms->catalogue.Find(dataset, call.body.Int("version")));
  auto& engine = *CAIRN_TRY(rooms->catalogue.Engine());
  const auto parts = rooms->catalogue.TrainingParts(version);
  const auto personal = CAIRN_TRY(profile::FindPersonal(engine, parts));
  Json answer = ToJson(CAIRN_TRY(contract::Infer(engine, parts, dataset, personal)));
  return answer.Set("version", version.version);
}

Result<Json> Show(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"contract", "table"}));
  return ToJson(CAIRN_TRY(ReadIn(call.body, "contract")));
}

/// What governs a data set.
Result<Json> ShowAccepted(const Rooms& rooms, const Call& call) {
  const auto specification = CAIRN_TRY(SpecificationOf(rooms->configurations, call.Path("name")));
  return ToJson(specification.contract).Set("dataset", specification.name);
}

Result<Json> Difference(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"old", "new", "table"}));
  const auto before = CAIRN_TRY(ReadIn(call.body, "old")), after = CAIRN_TRY(ReadIn(call.body, "new"));
  Json answer = contract::Compare(before, after).ToJson();
  return answer.Set("old", before.version).Set("new", after.version);
}

Result<Json> Lint(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"contract"}));
  const Given given = CAIRN_TRY(GivenIn(call.body, "contract"));
  Json findings = Json::Array();
  for (const auto& one : contract::Lint(given.text, given.file))
    findings.Push(Json{{"weight", std::string(contract::NameOf(one.weight))},
                       {"where", one.where},
                       {"sentence", one.sentence}});
  return Json{{"findings", std::move(findings)}};
}

/// By "from", or by what the text looks like.
Result<Json> Import(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"contract", "from", "name"}));
  const Given given = CAIRN_TRY(GivenIn(call.body, "contract"));
  std::string from = call.body.Text("from");
  if (from.empty()) from = Trim(given.text).starts_with('{') ? "great-expectations" : "pandera";
  if (from != "great-expectations" && from != "pandera")
    return Error{Reason::InvalidArgument,
                 "contracts are taken over from great-expectations and pandera, not '" + from + "'"};
  const std::string name = call.body.Text("name");
  const auto imported = CAIRN_TRY(from == "pandera" ? contract::ImportPandera(given.text, given.file, name)
                                                    : contract::ImportGreatExpectations(given.text, name));
  Json notes = Json::Array();
  for (const auto& note : imported.notes) notes.Push(note);
  return Json{
      {"text", imported.text}, {"from", from}, {"rules", imported.rules}, {"notes", std::move(notes)}};
}

/// The contract of a data set in a cairn.yaml as an ODCS document: the one that it names, or its short form
/// put into the standard's words.
Result<Json> Export(const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"configuration", "dataset"}));
  const Given given = CAIRN_TRY(GivenIn(call.body, "configuration"));
  const std::string dataset = CAIRN_TRY(RequiredText(call.body, "dataset"));
  const Node configuration = CAIRN_TRY(ParseYaml(given.text, given.file));
  const auto all = CAIRN_TRY(data::ParseSpecifications(configuration));
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const auto& one : all) names.push_back(one.name);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == dataset; });
  if (found == all.end())
    return Error{Reason::NotFound,
                 given.file + " has no data set '" + dataset + "'." + Suggestion(dataset, names)};
  if (found->contract.id.empty())
    return Json{{"text", contract::OdcsText(found->contract, dataset)}, {"dataset", dataset}};
  const Node* own = configuration.FindPath("data")->Find(dataset)->Find("contract");
  if (contract::IsOdcs(*own)) return Json{{"text", DumpYaml(own->ToJson())}, {"dataset", dataset}};
  const std::string path = own->IsScalar() ? own->text() : own->Find("file")->text();
  return Json{{"text", configuration.Find(data::kFiles)->Find(path)->text()}, {"dataset", dataset}};
}

}  // namespace

void MountContractTools(http::Router& router) {
  router.Post("/api/v1/contracts/check", Answer(CheckFile), http::Lane::Bytes);
  router.Post("/api/v1/contracts/infer", Answer(InferFromFile), http::Lane::Bytes);
  router.Post("/api/v1/contracts/show", Answer(Show), http::Lane::Read);
  router.Post("/api/v1/contracts/difference", Answer(Difference), http::Lane::Read);
  router.Post("/api/v1/contracts/lint", Answer(Lint), http::Lane::Read);
  router.Post("/api/v1/contracts/import", Answer(Import), http::Lane::Read);
  router.Post("/api/v1/contracts/export", Answer(Export), http::Lane::Read);
}

void MountContracts(http::Router& router, DataRooms given) {
  const auto rooms = std::make_shared<const DataRooms>(given);
  MountContractTools(router);
  router.Post("/api/v1/data/check",
              Answer([rooms](const Call& call) { return CheckForDataset(rooms, call); }), http::Lane::Bytes);
  router.Post("/api/v1/data/infer",
              Answer([rooms](const Call& call) { return InferFromDataset(rooms, call); }), http::Lane::Bytes);
  router.Get("/api/v1/data/datasets/{name}/contract",
             Answer([rooms](const Call& call) { return ShowAccepted(rooms, call); }));
}

}  // namespace cairn::api
