#include "loop/moving/sources/mlflow_messages.h"

#include <cmath>
#include <optional>

#include "ground/vocabulary/text.h"

namespace cairn::moving {
namespace {

double DoubleIn(const Json& object, std::string_view name) {
  const Json& value = object.At(name);
  if (value.IsNumber()) return value.AsDouble();
  const std::string text = value.IsString() ? value.AsString() : "";
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return HUGE_VAL;
  if (text == "-Infinity") return -HUGE_VAL;
  const auto number = ParseDouble(text);
  return number ? *number : 0;
}

std::optional<std::string> OptionalText(const Json& object, std::string_view name) {
  const Json* value = object.Find(name);
  if (value == nullptr || !value->IsString()) return std::nullopt;
  return value->AsString();
}

tracking::ModelStatus ModelStatusOf(const Json& info) {
  const std::string name = info.Text("status");
  if (name == "LOGGED_MODEL_READY") return tracking::ModelStatus::Ready;
  if (name == "LOGGED_MODEL_UPLOAD_FAILED") return tracking::ModelStatus::UploadFailed;
  return tracking::ModelStatus::Pending;
}

}  // namespace

std::int64_t IntIn(const Json& object, std::string_view name) {
  const Json& value = object.At(name);
  if (value.IsInt()) return value.AsInt();
  if (value.IsNumber()) return static_cast<std::int64_t>(value.AsDouble());
  const auto number = value.IsString() ? ParseInt(value.AsString()) : Result<std::int64_t>(Error{});
  return number ? *number : 0;
}

tracking::Metric MetricOf(const Json& json) {
  return {json.Text("key"),      DoubleIn(json, "value"),   IntIn(json, "timestamp"),    IntIn(json, "step"),
          json.Text("model_id"), json.Text("dataset_name"), json.Text("dataset_digest"), json.Text("run_id")};
}

tracking::Run RunOf(const Json& json) {
  const Json &info = json.At("info"), &data = json.At("data");
  tracking::Run run;
  run.info.id = info.Text("run_id").empty() ? info.Text("run_uuid") : info.Text("run_id");
  run.info.name = info.Text("run_name");
  run.info.user = info.Text("user_id");
  run.info.status = tracking::RunStatusOf(info.Text("status")).value_or(tracking::RunStatus::Running);
  run.info.start_ms = IntIn(info, "start_time");
  if (IntIn(info, "end_time") > 0) run.info.end_ms = IntIn(info, "end_time");
  run.info.artifact_uri = info.Text("artifact_uri");
  run.info.deleted = info.Text("lifecycle_stage") == "deleted";
  for (const Json& metric : data.At("metrics").items()) run.metrics.push_back(MetricOf(metric));
  run.params = PairsIn<tracking::Param>(data.At("params"));
  run.tags = PairsIn<tracking::Tag>(data.At("tags"));
  for (const Json& input : json.At("inputs").At("dataset_inputs").items()) {
    const Json& d = input.At("dataset");
    run.inputs.push_back({{d.Text("name"), d.Text("digest"), d.Text("source_type"), d.Text("source"),
                           OptionalText(d, "schema"), OptionalText(d, "profile")},
                          PairsIn<tracking::Tag>(input.At("tags"))});
  }
  for (const Json& model : json.At("inputs").At("model_inputs").items())
    run.input_models.push_back(model.Text("model_id"));
  for (const Json& model : json.At("outputs").At("model_outputs").items())
    run.outputs.push_back({model.Text("model_id"), IntIn(model, "step")});
  return run;
}

tracking::LoggedModel ModelOf(const Json& json) {
  const Json& info = json.At("info");
  tracking::LoggedModel model;
  model.id = info.Text("model_id");
  model.name = info.Text("name");
  model.type = info.Text("model_type");
  model.source_run = info.Text("source_run_id");
  model.artifact_uri = info.Text("artifact_uri");
  model.status = ModelStatusOf(info);
  model.created_ms = IntIn(info, "creation_timestamp_ms");
  model.updated_ms = IntIn(info, "last_updated_timestamp_ms");
  model.tags = PairsIn<tracking::Tag>(info.At("tags"));
  model.params = PairsIn<tracking::Param>(json.At("data").At("params"));
  for (const Json& metric : json.At("data").At("metrics").items()) {
    model.metrics.push_back(MetricOf(metric));
    model.metrics.back().model_id = model.id;
  }
  return model;
}

registry::ModelVersion VersionOf(const Json& json) {
  registry::ModelVersion v;
  v.model = json.Text("name");
  v.version = IntIn(json, "version");
  v.source = json.Text("source");
  v.run_id = json.Text("run_id");
  v.model_id = json.Text("model_id");
  v.run_link = json.Text("run_link");
  v.description = json.Text("description");
  v.stage = json.Text("current_stage", "None");
  v.created_by = json.Text("user_id");
  v.created_ms = IntIn(json, "creation_timestamp");
  v.updated_ms = IntIn(json, "last_updated_timestamp");
  for (const Json& tag : json.At("tags").items()) v.tags.emplace_back(tag.Text("key"), tag.Text("value"));
  return v;
}

}  // namespace cairn::moving
