#include "loop/conversion/conversion.h"

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"
#include "loop/conversion/folder.h"
#include "loop/conversion/held_rows.h"
#include "loop/runtime/format.h"

namespace cairn::conversion {
namespace {

using registry::ModelVersion;

constexpr const char* kTag = "cairn.converted_from";

std::string NameOf(const ModelVersion& version) {
  return "Version " + std::to_string(version.version) + " of '" + version.model + "'";
}

/// What the proof is about, and the version comes from.
std::string ThingOf(const std::string& logged_model) { return "logged_model:" + logged_model; }

Json LinesOf(const std::string& environment) {
  Json lines = Json::Array();
  for (const auto line : Split(environment, '\n'))
    if (!line.empty()) lines.Push(line);
  return lines;
}

/// What was found, before it is a version.
struct Proven {
  std::string folder;  ///< The original's.
  runtime::Conversion conversion;
  runtime::Proof proof;
  std::string ran_by;
  std::string proven_on;
  std::optional<Error> differs;  ///< Set when answers do, and there is no proof.
  const runtime::Conversion::Candidate& best() const { return conversion.candidates[proof.candidate]; }
};

Json RecordOf(const Proven& proven, const ModelVersion& version, const runtime::Tolerance& tolerance) {
  Json parity = Json::Array();
  std::int64_t rows = 0;
  for (const auto& on : proven.proof.on) {
    rows += on.parity.rows;
    parity.Push(Json{{"what", on.what},
                     {"rows", on.parity.rows},
                     {"largest_difference", on.parity.largest},
                     {"largest_relative_difference", on.parity.largest_relative}});
  }
  const auto& best = proven.best();
  return Json{{"model", version.model},
              {"from", Json{{"version", std::to_string(version.version)}, {"manifest", version.manifest}}},
              {"to", "onnx"},
              {"how", best.how},
              {"onnx", Json{{"sha256", crypto::Sha256Hex(best.onnx)},
                            {"bytes", static_cast<std::int64_t>(best.onnx.size())}}},
              {"rows", rows},
              {"parity", std::move(parity)},
              {"tolerance", Json{{"absolute", tolerance.absolute}, {"relative", tolerance.relative}}},
              {"written_by", LinesOf(proven.conversion.environment)},
              {"run_by", LinesOf(proven.ran_by)}};
}

Result<std::vector<runtime::NamedRows>> RowsFor(const Rooms& rooms, const assessment::Context& context,
                                                const Wanted& wanted, const runtime::ModelFolder& about,
                                                Proven& proven) {
  std::vector<runtime::NamedRows> rows = proven.conversion.rows;
  std::vector<std::string> names;
  for (const auto& column : about.columns) names.push_back(column.name);
  const auto binder = runtime::Binder::For(proven.conversion.signature, names);
  const bool asked = !wanted.file.empty() || !wanted.dataset.empty();
  if (!binder && asked) return binder.error();
  if (!binder) return rows;
  auto held = CAIRN_TRY(ReadHeldRows(rooms, context, wanted, *binder));
  if (!held) return rows;
  proven.proven_on = held->thing;
  rows.push_back(std::move(held->rows));
  return rows;
}

/// A verdict is a deed: that the worker goes on serving the original is on record.
Error Refused(const Rooms& rooms, const Wanted& wanted, const ModelVersion& version, const Error& why) {
  const std::string number = std::to_string(version.version);
  const auto noted = rooms.database.Transact([&](sql::Connection& connection) {
    return metadata::Append(connection, rooms.clock.Now(),
                            {.kind = "conversion.refused",
                             .subject = "model:" + version.model + "/" + number,
                             .actor = wanted.actor,
                             .cause = version.cause,
                             .body = Json{{"model", version.model},
                                          {"from", Json{{"version", number}, {"manifest", version.manifest}}},
                                          {"reason", why.message}}});
  });
  return noted ? why : noted.error();
}

/// Before the version is there: what is registered was proven, and a proof alone is true as well.
Result<> Note(const Rooms& rooms, const Wanted& wanted, const ModelVersion& version, const std::string& about,
              const Proven& proven, const Json& record) {
  metadata::Event event{"conversion.proven", about, wanted.actor, version.cause, record};
  event.lineage.from.push_back(
      {"model:" + version.model + "/" + std::to_string(version.version), "converted from"});
  if (!proven.proven_on.empty()) event.lineage.from.push_back({proven.proven_on, "proven on"});
  CAIRN_TRY(rooms.database.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, rooms.clock.Now(), event); }));
  return Done{};
}

/// Whether it answers the same.
Result<Proven> Examine(const Rooms& rooms, const Wanted& wanted, const ModelVersion& version,
                       const runtime::Tolerance& tolerance) {
  Proven proven;
  proven.folder = CAIRN_TRY(rooms.registry.FolderOf(version));
  const auto about = CAIRN_TRY(runtime::ReadModelFolder(proven.folder));
  if (!about.data.empty())
    return Error{Reason::Conflict, NameOf(version) + " is ONNX already, and runs in the process."};
  const auto context = CAIRN_TRY(assessment::ReadContext(rooms.configurations));
  proven.conversion = CAIRN_TRY(runtime::WriteAsOnnx(proven.folder, context.worker));
  const auto original = CAIRN_TRY(runtime::StartWorkers(proven.folder, context.worker));
  const auto rows = CAIRN_TRY(RowsFor(rooms, context, wanted, about, proven));
  auto proof = runtime::Prove(*original.model, proven.conversion, rows, tolerance);
  if (!proof && !rows.empty() && proof.error().reason == Reason::Unprocessable) {
    proven.differs = proof.error();
    return proven;
  }
  if (!proof) return proof.error();
  proven.proof = *std::move(proof);
  proven.ran_by = "onnxruntime==" + CAIRN_TRY(runtime::Model::RuntimeVersion());
  return proven;
}

/// That of the logged model or the run that the version comes from.
Result<tracking::ExperimentId> ExperimentOf(const Rooms& rooms, const ModelVersion& version) {
  if (!version.model_id.empty()) {
    const auto logged = rooms.tracking.models.Find(version.model_id);
    if (logged) return logged->experiment;
  }
  if (!version.run_id.empty()) {
    const auto run = rooms.tracking.runs.Find(version.run_id);
    if (run) return run->info.experiment;
  }
  return tracking::ExperimentId(0);
}

/// The files of the conversion where the artifacts of that logged model are kept.
Result<> Store(const Rooms& rooms, const tracking::LoggedModel& logged, const Proven& proven,
               const Json& record) {
  const auto place = CAIRN_TRY(rooms.places.At(logged.artifact_uri));
  if (!place.own)
    return Error{Reason::Unsupported,
                 "The experiment keeps its artifacts at '" + logged.artifact_uri +
                     "', not with this server, so that a conversion cannot be kept there as a version."};
  const auto folder = CAIRN_TRY(os::TempFolder::Create());
  CAIRN_TRY(WriteFolder(folder.path(),
                        {proven.folder, logged.id, proven.best().onnx, proven.conversion.signature.bare,
                         proven.conversion.environment, proven.ran_by, record}));
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder.path())))
    CAIRN_TRY(place.artifacts->Adopt(place.path + "/" + entry.path, folder / entry.path));
  return Done{};
}

Result<ModelVersion> Register(const Rooms& rooms, const Wanted& wanted, const ModelVersion& version,
                              const tracking::LoggedModel& logged, const Proven& proven, const Json& record) {
  CAIRN_TRY(Store(rooms, logged, proven, record));
  CAIRN_TRY(Note(rooms, wanted, version, ThingOf(logged.id), proven, record));
  CAIRN_TRY(rooms.tracking.models.Finalize(logged.id, tracking::ModelStatus::Ready));
  registry::NewVersion added;
  added.model = version.model;
  added.source = "models:/" + logged.id;
  added.model_id = logged.id;
  added.run_id = version.run_id;
  added.description =
      "Version " + std::to_string(version.version) + " as ONNX, by " + proven.best().how + ".";
  for (const auto& tag : version.tags)
    if (tag.first != kTag) added.tags.push_back(tag);
  added.tags.emplace_back(kTag, std::to_string(version.version));
  // Who made the model made this one too; who had it converted is in the event.
  added.actor = version.created_by;
  added.cause = version.cause;
  return rooms.registry.Add(added);
}

}  // namespace

Result<Json> Convert(const Rooms& rooms, const Wanted& wanted) {
  const auto version = CAIRN_TRY(rooms.registry.Find(wanted.model, wanted.version));
  CAIRN_TRY(rooms.registry.Verify(version));
  const runtime::Tolerance tolerance;
  const auto examined = Examine(rooms, wanted, version, tolerance);
  if (!examined && wanted.on_record == OnRecord::EveryRefusal)
    return Refused(rooms, wanted, version, examined.error());
  if (!examined) return examined.error();
  const Proven& proven = *examined;
  if (proven.differs) return Refused(rooms, wanted, version, *proven.differs);
  const Json record = RecordOf(proven, version, tolerance);
  tracking::LoggedModels::New logging;
  logging.experiment = CAIRN_TRY(ExperimentOf(rooms, version));
  logging.name = "onnx";
  logging.source_run = version.run_id;
  const auto logged = CAIRN_TRY(rooms.tracking.models.Create(logging));
  const auto added = Register(rooms, wanted, version, logged, proven, record);
  if (!added) {
    CAIRN_TRY(rooms.tracking.models.Delete(logged.id));
    return added.error();
  }
  return ProofOf(rooms, added->model, added->version);
}

namespace {

/// A conversion of exactly these files; 0 for none.
Result<std::int64_t> ConversionOf(const Rooms& rooms, const ModelVersion& version) {
  for (const auto& other : CAIRN_TRY(rooms.registry.Versions(version.model))) {
    if (other.version <= version.version) break;  // the newest come first
    const auto proof = ProofOf(rooms, other.model, other.version);
    if (!proof && proof.error().reason == Reason::NotFound) continue;
    if (!proof) return proof.error();
    const Json& from = proof->At("from");
    if (from.Text("version") == std::to_string(version.version) && from.Text("manifest") == version.manifest)
      return other.version;
  }
  return std::int64_t{0};
}

}  // namespace

Result<std::int64_t> StandIn(const Rooms& rooms, const std::string& model, std::int64_t version,
                             const std::string& actor) {
  const auto context = CAIRN_TRY(assessment::ReadContext(rooms.configurations));
  if (!context.root || context.model != model || TextAtPath(*context.root, "serving.convert") != "auto")
    return version;
  const auto found = CAIRN_TRY(rooms.registry.Find(model, version));
  const auto folder = rooms.registry.FolderOf(found);
  const auto about = folder ? runtime::ReadModelFolder(*folder) : folder.error();
  if (!about || !about->data.empty()) return version;
  if (const auto made = CAIRN_TRY(ConversionOf(rooms, found)); made != 0) return made;
  Wanted wanted{model, version, actor, "", "", ""};
  wanted.on_record = OnRecord::EveryRefusal;
  const auto proof = Convert(rooms, wanted);
  return proof ? ParseInt(proof->Text("version")) : Result<std::int64_t>(version);
}

Result<Json> ProofOf(const Rooms& rooms, std::string_view model, std::int64_t version) {
  const auto found = CAIRN_TRY(rooms.registry.Find(model, version));
  metadata::EventFilter filter;
  filter.kind = "conversion.proven";
  filter.subject = ThingOf(found.model_id);
  const auto events = CAIRN_TRY(metadata::Log(rooms.database).Read(filter));
  if (found.model_id.empty() || events.empty())
    return Error{Reason::NotFound, NameOf(found) + " is no conversion: none is on record."};
  const auto& proven = events.back();
  Json proof = proven.event.body;
  proof.Remove("lineage");
  proof.Set("version", std::to_string(version)).Set("event", proven.id);
  return proof.Set("at_ms", proven.at).Set("actor", proven.event.actor);
}

}  // namespace cairn::conversion
