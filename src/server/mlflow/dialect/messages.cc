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

/// A list of what each writes, left out when there is none.
template <class Items, class One>
void WriteList(JsonText& text, std::string_view name, const Items& items, One one) {
  if (items.empty()) return;
  text.Name(name).Open('[');
  for (const auto& item : items) one(item);
  text.Close(']');
}

/// Parameters or tags.
template <class Items>
void WriteKeysAndValues(JsonText& text, std::string_view name, const Items& items) {
  WriteList(text, name, items, [&](const auto& item) {
    text.Open('{').Member("key", item.key).Member("value", item.value).Close('}');
  });
}

void Write(JsonText& text, const tracking::DatasetInput& input) {
  const auto& d = input.dataset;
  text.Open('{');
  WriteKeysAndValues(text, "tags", input.tags);
  text.Name("dataset").Open('{').Member("name", d.name).Member("digest", d.digest);
  text.Member("source_type", d.source_type).Member("source", d.source);
  if (d.schema) text.Member("schema", *d.schema);
  if (d.profile) text.Member("profile", *d.profile);
  text.Close('}').Close('}');
}

void WriteData(JsonText& text, const Run& run) {
  text.Name("data").Open('{');
  WriteList(text, "metrics", run.metrics, [&](const Metric& metric) {
    text.Open('{').Member("key", metric.key).Member("value", metric.value);
    text.Member("timestamp", metric.at_ms).Member("step", metric.step).Close('}');
  });
  WriteKeysAndValues(text, "params", run.params);
  WriteKeysAndValues(text, "tags", run.tags);
  text.Close('}');
}

void WriteInputs(JsonText& text, const Run& run) {
  text.Name("inputs").Open('{');
  WriteList(text, "dataset_inputs", run.inputs, [&](const auto& input) { Write(text, input); });
  WriteList(text, "model_inputs", run.input_models,
            [&](const std::string& model) { text.Open('{').Member("model_id", model).Close('}'); });
  text.Close('}');
}

void WriteOutputs(JsonText& text, const Run& run) {
  text.Name("outputs").Open('{');
  WriteList(text, "model_outputs", run.outputs, [&](const tracking::ModelOutput& model) {
    text.Open('{').Member("model_id", model.model_id).Member("step", model.step).Close('}');
  });
  text.Close('}');
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

void Write(JsonText& text, const tracking::RunInfo& info) {
  text.Open('{').Member("run_id", info.id).Member("run_uuid", info.id).Member("run_name", info.name);
  text.Member("experiment_id", std::to_string(info.experiment)).Member("user_id", info.user);
  text.Member("status", tracking::NameOf(info.status)).Member("start_time", info.start_ms);
  if (info.end_ms) text.Member("end_time", *info.end_ms);
  text.Member("artifact_uri", info.artifact_uri).Member("lifecycle_stage", Stage(info.deleted)).Close('}');
}

void Write(JsonText& text, const Run& run, Outputs outputs) {
  text.Open('{').Name("info");
  Write(text, run.info);
  WriteData(text, run);
  WriteInputs(text, run);
  if (outputs == Outputs::Shown) WriteOutputs(text, run);
  text.Close('}');
}

std::string RunMessage(const Run& run, Outputs outputs) {
  std::string out;
  JsonText text(out);
  text.Open('{').Name("run");
  Write(text, run, outputs);
  text.Close('}');
  return out;
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
