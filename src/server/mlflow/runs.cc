#include "server/mlflow/messages.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using tracking::Runs;

constexpr std::int64_t kMostResults = 50'000;
constexpr Fields::Choice kStatuses[] = {
    {"RUNNING", 1}, {"SCHEDULED", 2}, {"FINISHED", 3}, {"FAILED", 4}, {"KILLED", 5}};

Result<std::string> RunId(const Fields& fields) { return fields.RequiredTextOf("run_id", "run_uuid"); }

Result<std::string> Get(Runs& runs, const Fields& fields) {
  return RunMessage(CAIRN_TRY(runs.Find(CAIRN_TRY(RunId(fields)))));
}

Result<std::string> Update(Runs& runs, const Fields& fields) {
  const auto id = CAIRN_TRY(RunId(fields));
  Runs::Change change;
  if (const auto status = CAIRN_TRY(fields.Enum("status", kStatuses)))
    change.status = static_cast<tracking::RunStatus>(*status);
  change.end_ms = CAIRN_TRY(fields.Int("end_time"));
  change.name = CAIRN_TRY(fields.Text("run_name"));
  const auto info = CAIRN_TRY(runs.Update(id, change));
  std::string out;
  JsonText text(out);
  text.Open('{').Name("run_info");
  Write(text, info);
  text.Close('}');
  return out;
}

Result<Json> Delete(Runs& runs, const Fields& fields) { return Empty(runs.Delete(CAIRN_TRY(RunId(fields)))); }
Result<Json> Restore(Runs& runs, const Fields& fields) {
  return Empty(runs.Restore(CAIRN_TRY(RunId(fields))));
}

std::string TextOf(const tracking::Page<tracking::Run>& page) {
  std::string out;
  JsonText text(out);
  text.Open('{');
  if (!page.items.empty()) {
    text.Name("runs").Open('[');
    for (const auto& run : page.items) {
      Write(text, run);
      // The others are about as long, so that what is written is hardly ever copied into a larger room.
      if (&run == page.items.data()) out.reserve((out.size() + 64) * page.items.size());
    }
    text.Close(']');
  }
  if (!page.next.empty()) text.Member("next_page_token", page.next);
  text.Close('}');
  return out;
}

Result<std::string> Search(Runs& runs, const Fields& fields) {
  Runs::Search search;
  search.experiments = CAIRN_TRY(ExperimentIdsOf(fields, "experiment_ids"));
  search.filter = CAIRN_TRY(fields.TextOrEmpty("filter"));
  search.view = CAIRN_TRY(ViewOf(fields, "run_view_type"));
  search.limit = CAIRN_TRY(fields.IntWithin("max_results", 1, kMostResults, 1000));
  search.order_by = CAIRN_TRY(fields.Texts("order_by"));
  search.page = CAIRN_TRY(fields.TextOrEmpty("page_token"));
  return TextOf(CAIRN_TRY(runs.Find(search)));
}

Result<Json> DeleteTag(Runs& runs, const Fields& fields) {
  const auto id = CAIRN_TRY(RunId(fields));
  return Empty(runs.DeleteTag(id, CAIRN_TRY(fields.RequiredText("key"))));
}

/// What the run keeps of a model's own description: who made it when and where, and its flavors without their
/// configurations.
Result<Json> StatementOf(const std::string& text) {
  const auto model = Json::Parse(text);
  if (!model || !model->IsObject())
    return Error{Reason::InvalidArgument, "Malformed model info. " + text + " is not a valid JSON."};
  for (const char* name : {"artifact_path", "flavors", "utc_time_created", "run_id"}) {
    if (model->Find(name) == nullptr) {
      return Error{Reason::InvalidArgument,
                   "Model json is missing mandatory fields: {'" + std::string(name) + "'}"};
    }
  }
  Json statement = Json::Object();
  for (const char* name : {"run_id", "artifact_path", "utc_time_created", "model_uuid"})
    statement.Set(name, model->At(name));
  Json flavors = Json::Object();
  for (const auto& [name, flavor] : model->At("flavors").members()) {
    Json kept = flavor;
    if (kept.IsObject()) kept.Remove("config");
    flavors.Set(name, std::move(kept));
  }
  return statement.Set("flavors", std::move(flavors));
}

/// The elder way to log a model, of R and of Python clients before 3.0.
Result<Json> LogModel(Runs& runs, const Fields& fields) {
  const auto id = CAIRN_TRY(RunId(fields));
  const auto statement = CAIRN_TRY(StatementOf(CAIRN_TRY(fields.RequiredText("model_json"))));
  return Empty(runs.AppendToTag(id, "mlflow.log-model.history", statement));
}

Result<tracking::DatasetInput> InputOf(const Fields& fields) {
  tracking::DatasetInput input;
  input.tags = CAIRN_TRY(TagsOf(fields, "tags"));
  const auto dataset = CAIRN_TRY(fields.Message("dataset"));
  if (!dataset) return fields.Missing("dataset");
  input.dataset.name = CAIRN_TRY(dataset->RequiredText("name"));
  input.dataset.digest = CAIRN_TRY(dataset->RequiredText("digest"));
  input.dataset.source_type = CAIRN_TRY(dataset->TextOrEmpty("source_type"));
  input.dataset.source = CAIRN_TRY(dataset->TextOrEmpty("source"));
  input.dataset.schema = CAIRN_TRY(dataset->Text("schema"));
  input.dataset.profile = CAIRN_TRY(dataset->Text("profile"));
  return input;
}

Result<Json> LogInputs(Runs& runs, const Fields& fields) {
  const auto id = CAIRN_TRY(RunId(fields));
  std::vector<tracking::DatasetInput> datasets;
  for (const auto& input : CAIRN_TRY(fields.Messages("datasets")))
    datasets.push_back(CAIRN_TRY(InputOf(input)));
  std::vector<std::string> models;
  for (const auto& model : CAIRN_TRY(fields.Messages("models")))
    models.push_back(CAIRN_TRY(model.RequiredText("model_id")));
  return Empty(runs.LogInputs(id, datasets, models));
}

Result<Json> LogOutputs(Runs& runs, const Fields& fields) {
  const auto id = CAIRN_TRY(RunId(fields));
  const auto messages = CAIRN_TRY(fields.Messages("models"));
  if (messages.empty()) return fields.Missing("models");
  std::vector<tracking::ModelOutput> models;
  models.reserve(messages.size());
  for (const auto& model : messages) {
    models.push_back({CAIRN_TRY(model.RequiredText("model_id")), CAIRN_TRY(model.Int("step")).value_or(0)});
  }
  return Empty(runs.LogOutputs(id, models));
}

}  // namespace

Endpoints RunEndpoints(tracking::Tracking& tracking, tracking::ArtifactPlaces& places) {
  const auto to = [&runs = tracking.runs](auto operation) -> Operation {
    return [&runs, operation](const Fields& fields) { return operation(runs, fields); };
  };
  const auto list = [&runs = tracking.runs, &places](const Fields& fields) -> Result<Json> {
    const auto run = CAIRN_TRY(runs.Find(CAIRN_TRY(RunId(fields))));
    return ListArtifacts(places, run.info.artifact_uri, CAIRN_TRY(fields.TextOrEmpty("path")));
  };
  constexpr auto kWrite = http::Lane::Write;
  const auto text = [&runs = tracking.runs](const char* method, const char* path, auto operation,
                                            http::Lane lane = http::Lane::Read) {
    Endpoint endpoint{method, path, nullptr, lane};
    endpoint.text = [&runs, operation](const Fields& fields) { return operation(runs, fields); };
    return endpoint;
  };
  auto search = text("POST", "runs/search", Search);
  search.repeats = Repeats::Kept;
  return {text("GET", "runs/get", Get),
          text("POST", "runs/update", Update, kWrite),
          search,
          {"POST", "runs/delete", to(Delete), kWrite},
          {"POST", "runs/restore", to(Restore), kWrite},
          {"POST", "runs/delete-tag", to(DeleteTag), kWrite},
          {"POST", "runs/log-inputs", to(LogInputs), kWrite},
          {"POST", "runs/outputs", to(LogOutputs), kWrite},
          {"POST", "runs/log-model", to(LogModel), kWrite},
          {"GET", "artifacts/list", list}};
}

}  // namespace cairn::mlflow
