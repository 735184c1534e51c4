#include "server/mlflow/messages.h"

#include "ground/vocabulary/text.h"

namespace cairn::mlflow {
namespace {

using tracking::Metric;
using tracking::Run;

template <class Items>
Json ListOf(const Items& items) {
  auto list = Json::Array();
  for (const auto& item : items) list.Push(ToJson(item));
  return list;
}

Json KeyValue(const std::string& key, const std::string& value) {
  return Json{{"key", key}, {"value", value}};
}

Json ToJson(const tracking::DatasetInput& input) {
  const auto& d = input.dataset;
  Json dataset{{"name", d.name}, {"digest", d.digest}, {"source_type", d.source_type}, {"source", d.source}};
  if (d.schema) dataset.Set("schema", *d.schema);
  if (d.profile) dataset.Set("profile", *d.profile);
  Json message = Json::Object();
  SetList(message, "tags", mlflow::ToJson(input.tags));
  message.Set("dataset", std::move(dataset));
  return message;
}

Json InputsOf(const Run& run) {
  Json inputs = Json::Object();
  auto datasets = Json::Array();
  for (const auto& input : run.inputs) datasets.Push(ToJson(input));
  auto models = Json::Array();
  for (const auto& model : run.input_models) models.Push(Json{{"model_id", model}});
  SetList(inputs, "dataset_inputs", std::move(datasets));
  SetList(inputs, "model_inputs", std::move(models));
  return inputs;
}

Json OutputsOf(const Run& run) {
  Json outputs = Json::Object();
  auto models = Json::Array();
  for (const auto& model : run.outputs) models.Push(Json{{"model_id", model.model_id}, {"step", model.step}});
  SetList(outputs, "model_outputs", std::move(models));
  return outputs;
}

const char* Stage(bool deleted) { return deleted ? "deleted" : "active"; }

const char* NameOf(tracking::ModelStatus status) {
  switch (status) {
    case tracking::ModelStatus::Pending:
      return "LOGGED_MODEL_PENDING";
    case tracking::ModelStatus::Ready:
      return "LOGGED_MODEL_READY";
    case tracking::ModelStatus::UploadFailed:
      return "LOGGED_MODEL_UPLOAD_FAILED";
  }
  return "LOGGED_MODEL_PENDING";
}

}  // namespace

void SetList(Json& message, std::string_view name, Json list) {
  if (!list.items().empty()) message.Set(std::string(name), std::move(list));
}

Json ToJson(const std::vector<tracking::Tag>& tags) {
  auto list = Json::Array();
  for (const auto& tag : tags) list.Push(KeyValue(tag.key, tag.value));
  return list;
}

Json ToJson(const std::vector<tracking::Param>& params) {
  auto list = Json::Array();
  for (const auto& param : params) list.Push(KeyValue(param.key, param.value));
  return list;
}

Json ToJson(const Metric& metric) {
  Json message{
      {"key", metric.key}, {"value", metric.value}, {"timestamp", metric.at_ms}, {"step", metric.step}};
  if (!metric.model_id.empty()) message.Set("model_id", metric.model_id);
  if (!metric.dataset_name.empty()) message.Set("dataset_name", metric.dataset_name);
  if (!metric.dataset_digest.empty()) message.Set("dataset_digest", metric.dataset_digest);
  if (!metric.run_id.empty()) message.Set("run_id", metric.run_id);
  return message;
}

Json ToJson(const tracking::Experiment& experiment) {
  Json message{
      {"experiment_id", std::to_string(experiment.id)},    {"name", experiment.name},
      {"artifact_location", experiment.artifact_location}, {"lifecycle_stage", Stage(experiment.deleted)},
      {"last_update_time", experiment.updated_ms},         {"creation_time", experiment.created_ms}};
  SetList(message, "tags", ToJson(experiment.tags));
  return message;
}

Json ToJson(const tracking::RunInfo& info) {
  Json message{{"run_id", info.id},          {"run_uuid", info.id},
               {"run_name", info.name},      {"experiment_id", std::to_string(info.experiment)},
               {"user_id", info.user},       {"status", tracking::NameOf(info.status)},
               {"start_time", info.start_ms}};
  if (info.end_ms) message.Set("end_time", *info.end_ms);
  message.Set("artifact_uri", info.artifact_uri);
  message.Set("lifecycle_stage", Stage(info.deleted));
  return message;
}

Json ToJson(const Run& run, Outputs outputs) {
  Json data = Json::Object();
  SetList(data, "metrics", ListOf(run.metrics));
  SetList(data, "params", ToJson(run.params));
  SetList(data, "tags", ToJson(run.tags));
  Json message{{"info", ToJson(run.info)}, {"data", std::move(data)}, {"inputs", InputsOf(run)}};
  if (outputs == Outputs::Shown) message.Set("outputs", OutputsOf(run));
  return message;
}

Json ToJson(const tracking::LoggedModel& model) {
  Json info{{"model_id", model.id},
            {"experiment_id", std::to_string(model.experiment)},
            {"name", model.name},
            {"creation_timestamp_ms", model.created_ms},
            {"last_updated_timestamp_ms", model.updated_ms},
            {"artifact_uri", model.artifact_uri},
            {"status", NameOf(model.status)},
            {"model_type", model.type},
            {"source_run_id", model.source_run}};
  SetList(info, "tags", ToJson(model.tags));
  Json data = Json::Object();
  SetList(data, "params", ToJson(model.params));
  SetList(data, "metrics", ListOf(model.metrics));
  return Json{{"info", std::move(info)}, {"data", std::move(data)}};
}

Result<tracking::ExperimentId> ExperimentIdOf(std::string_view text) {
  const auto id = ParseInt(text);
  if (id) return *id;
  return Error{Reason::InvalidArgument,
               "Invalid experiment ID: '" + std::string(text) + "' is not a whole number."};
}

Result<std::vector<tracking::ExperimentId>> ExperimentIdsOf(const Fields& fields, std::string_view name) {
  std::vector<tracking::ExperimentId> ids;
  for (const auto& text : CAIRN_TRY(fields.Texts(name))) ids.push_back(CAIRN_TRY(ExperimentIdOf(text)));
  return ids;
}

Result<std::vector<tracking::Tag>> TagsOf(const Fields& fields, std::string_view name) {
  std::vector<tracking::Tag> tags;
  for (const auto& tag : CAIRN_TRY(fields.Messages(name))) {
    tags.push_back({CAIRN_TRY(tag.TextOrEmpty("key")), CAIRN_TRY(tag.TextOrEmpty("value"))});
  }
  return tags;
}

Result<std::vector<tracking::Param>> ParamsOf(const Fields& fields, std::string_view name) {
  std::vector<tracking::Param> params;
  for (const auto& param : CAIRN_TRY(fields.Messages(name))) {
    params.push_back({CAIRN_TRY(param.TextOrEmpty("key")), CAIRN_TRY(param.TextOrEmpty("value"))});
  }
  return params;
}

Result<Metric> MetricOf(const Fields& fields) {
  Metric metric;
  metric.key = CAIRN_TRY(fields.RequiredText("key"));
  metric.value = CAIRN_TRY(fields.RequiredDouble("value"));
  metric.at_ms = CAIRN_TRY(fields.RequiredInt("timestamp"));
  metric.step = CAIRN_TRY(fields.Int("step")).value_or(0);
  metric.model_id = CAIRN_TRY(fields.TextOrEmpty("model_id"));
  metric.dataset_name = CAIRN_TRY(fields.TextOrEmpty("dataset_name"));
  metric.dataset_digest = CAIRN_TRY(fields.TextOrEmpty("dataset_digest"));
  return metric;
}

Result<tracking::View> ViewOf(const Fields& fields, std::string_view name) {
  static constexpr Fields::Choice kViews[] = {{"ACTIVE_ONLY", 1}, {"DELETED_ONLY", 2}, {"ALL", 3}};
  const auto chosen = CAIRN_TRY(fields.Enum(name, kViews)).value_or(1);
  return chosen == 1 ? tracking::View::Active : chosen == 2 ? tracking::View::Deleted : tracking::View::All;
}

}  // namespace cairn::mlflow
