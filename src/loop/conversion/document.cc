#include "loop/conversion/document.h"

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/formats/formats.h"

namespace cairn::conversion {
namespace {

Result<> CheckPmml(const std::string& file) {
  const auto found = CAIRN_TRY(formats::Inspect(file));
  if (found.format != formats::Format::Pmml)
    return Error{Reason::Unsupported, "'" + file + "' is " +
                                          std::string(formats::FactsOf(found.format).name) +
                                          ", and only PMML is taken as a file alone: log it with MLflow."};
  if (!found.damage.empty())
    return Error{Reason::Unprocessable, "'" + file + "': " + found.damage[0].what + "."};
  if (!found.concerns.empty())
    return Error{Reason::Unprocessable, "'" + file + "': " + found.concerns[0].what + "."};
  return Done{};
}

Result<> MakeModel(const Rooms& rooms, const Document& document) {
  const auto made = rooms.registry.Create(document.model, {}, "", document.actor);
  if (made || made.error().reason == Reason::AlreadyExists) return Done{};
  return made.error();
}

Result<registry::ModelVersion> Register(const Rooms& rooms, const Document& document,
                                        const tracking::LoggedModel& logged) {
  const auto place = CAIRN_TRY(rooms.places.At(logged.artifact_uri));
  if (!place.own)
    return Error{Reason::Unsupported, "Artifacts are kept at '" + logged.artifact_uri +
                                          "', not with this server, so that no version can be kept there."};
  const auto folder = CAIRN_TRY(os::TempFolder::Create());
  CAIRN_TRY(os::CopyFile(document.file, folder / "model.pmml"));
  // Once more, of the copy: the file is the caller's, and may have changed.
  CAIRN_TRY(CheckPmml(folder / "model.pmml"));
  const Json about{{"flavors", Json{{"pmml", Json{{"data", "model.pmml"}}}}}, {"model_id", logged.id}};
  CAIRN_TRY(os::WriteFileAtomically(folder / "MLmodel", about.DumpPretty()));
  for (const char* name : {"model.pmml", "MLmodel"})
    CAIRN_TRY(place.artifacts->Adopt(place.path + "/" + name, folder / name));
  CAIRN_TRY(rooms.tracking.models.Finalize(logged.id, tracking::ModelStatus::Ready));
  CAIRN_TRY(MakeModel(rooms, document));
  registry::NewVersion added;
  added.model = document.model;
  added.source = "models:/" + logged.id;
  added.model_id = logged.id;
  added.description = "A PMML document.";
  added.actor = document.actor;
  return rooms.registry.Add(added);
}

}  // namespace

Result<registry::ModelVersion> AddDocument(const Rooms& rooms, const Document& document) {
  CAIRN_TRY(CheckPmml(document.file));
  tracking::LoggedModels::New logging;
  logging.experiment = tracking::ExperimentId(0);
  logging.name = "pmml";
  const auto logged = CAIRN_TRY(rooms.tracking.models.Create(logging));
  auto added = Register(rooms, document, logged);
  if (!added) CAIRN_TRY(rooms.tracking.models.Delete(logged.id));
  return added;
}

}  // namespace cairn::conversion
