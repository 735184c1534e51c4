#include <algorithm>
#include <limits>

#include "server/mlflow/messages.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using tracking::LoggedModels;

constexpr Fields::Choice kStatuses[] = {
    {"LOGGED_MODEL_PENDING", 1}, {"LOGGED_MODEL_READY", 2}, {"LOGGED_MODEL_UPLOAD_FAILED", 3}};

Result<std::string> ModelId(const Fields& fields) { return fields.RequiredText("model_id"); }

Json ModelAnswer(const tracking::LoggedModel& model) { return Json{{"model", ToJson(model)}}; }

Result<Json> Create(LoggedModels& models, const Fields& fields) {
  LoggedModels::New wanted;
  wanted.experiment = CAIRN_TRY(ExperimentIdOf(CAIRN_TRY(fields.RequiredText("experiment_id"))));
  wanted.name = CAIRN_TRY(fields.TextOrEmpty("name"));
  wanted.type = CAIRN_TRY(fields.TextOrEmpty("model_type"));
  wanted.source_run = CAIRN_TRY(fields.TextOrEmpty("source_run_id"));
  wanted.params = CAIRN_TRY(ParamsOf(fields, "params"));
  wanted.tags = CAIRN_TRY(TagsOf(fields, "tags"));
  return ModelAnswer(CAIRN_TRY(models.Create(wanted)));
}

Result<Json> Get(LoggedModels& models, const Fields& fields) {
  const bool shown = CAIRN_TRY(fields.Bool("allow_deleted", false));
  const auto deleted = shown ? LoggedModels::Deleted::Shown : LoggedModels::Deleted::Hidden;
  return ModelAnswer(CAIRN_TRY(models.Find(CAIRN_TRY(ModelId(fields)), deleted)));
}

Result<Json> Finalize(LoggedModels& models, const Fields& fields) {
  const auto status = CAIRN_TRY(fields.Enum("status", kStatuses));
  if (!status) return fields.Missing("status");
  return ModelAnswer(
      CAIRN_TRY(models.Finalize(CAIRN_TRY(ModelId(fields)), static_cast<tracking::ModelStatus>(*status))));
}

Result<Json> Delete(LoggedModels& models, const Fields& fields) {
  return Empty(models.Delete(CAIRN_TRY(ModelId(fields))));
}

Result<LoggedModels::Order> OrderOf(const Fields& fields) {
  LoggedModels::Order order;
  order.field = CAIRN_TRY(fields.RequiredText("field_name"));
  order.ascending = CAIRN_TRY(fields.Bool("ascending", true));
  order.dataset.name = CAIRN_TRY(fields.TextOrEmpty("dataset_name"));
  order.dataset.digest = CAIRN_TRY(fields.TextOrEmpty("dataset_digest"));
  return order;
}

/// MLflow sets no bound. Here a page ends at this many, with a token for the next one.
constexpr std::int64_t kMostModels = 10'000;

Result<std::int64_t> LimitOf(const Fields& fields) {
  const auto asked =
      CAIRN_TRY(fields.IntWithin("max_results", 0, std::numeric_limits<std::int32_t>::max(), 0));
  return asked == 0 ? LoggedModels::Search().limit : std::min(asked, kMostModels);
}

Result<Json> Search(LoggedModels& models, const Fields& fields) {
  LoggedModels::Search search;
  search.experiments = CAIRN_TRY(ExperimentIdsOf(fields, "experiment_ids"));
  if (search.experiments.empty()) return fields.Missing("experiment_ids");
  search.filter = CAIRN_TRY(fields.TextOrEmpty("filter"));
  for (const auto& dataset : CAIRN_TRY(fields.Messages("datasets"))) {
    search.datasets.push_back(
        {CAIRN_TRY(dataset.RequiredText("dataset_name")), CAIRN_TRY(dataset.TextOrEmpty("dataset_digest"))});
  }
  for (const auto& order : CAIRN_TRY(fields.Messages("order_by")))
    search.order_by.push_back(CAIRN_TRY(OrderOf(order)));
  search.limit = CAIRN_TRY(LimitOf(fields));
  search.page = CAIRN_TRY(fields.TextOrEmpty("page_token"));
  const auto page = CAIRN_TRY(models.Find(search));
  Json answer = Json::Object();
  auto list = Json::Array();
  for (const auto& model : page.items) list.Push(ToJson(model));
  SetList(answer, "models", std::move(list));
  if (!page.next.empty()) answer.Set("next_page_token", page.next);
  return answer;
}

Result<Json> LogParams(LoggedModels& models, const Fields& fields) {
  return Empty(models.LogParams(CAIRN_TRY(ModelId(fields)), CAIRN_TRY(ParamsOf(fields, "params"))));
}

Result<Json> SetTags(LoggedModels& models, const Fields& fields) {
  return Empty(models.SetTags(CAIRN_TRY(ModelId(fields)), CAIRN_TRY(TagsOf(fields, "tags"))));
}

Result<Json> DeleteTag(LoggedModels& models, const Fields& fields) {
  return Empty(models.DeleteTag(CAIRN_TRY(ModelId(fields)), CAIRN_TRY(fields.RequiredText("tag_key"))));
}

}  // namespace

Endpoints LoggedModelEndpoints(tracking::Tracking& tracking, tracking::ArtifactPlaces& places) {
  const auto to = [&models = tracking.models](auto operation) -> Operation {
    return [&models, operation](const Fields& fields) { return operation(models, fields); };
  };
  const auto list = [&models = tracking.models, &places](const Fields& fields) -> Result<Json> {
    const auto model = CAIRN_TRY(models.Find(CAIRN_TRY(ModelId(fields))));
    return ListArtifacts(places, model.artifact_uri,
                         CAIRN_TRY(fields.TextOrEmpty("artifact_directory_path")));
  };
  constexpr auto kWrite = http::Lane::Write;
  return {{"POST", "logged-models", to(Create), kWrite},
          {"POST", "logged-models/search", to(Search)},
          {"GET", "logged-models/{model_id}", to(Get)},
          {"PATCH", "logged-models/{model_id}", to(Finalize), kWrite},
          {"DELETE", "logged-models/{model_id}", to(Delete), kWrite},
          {"POST", "logged-models/{model_id}/params", to(LogParams), kWrite},
          {"PATCH", "logged-models/{model_id}/tags", to(SetTags), kWrite},
          {"DELETE", "logged-models/{model_id}/tags/{tag_key}", to(DeleteTag), kWrite},
          {"GET", "logged-models/{model_id}/artifacts/directories", list}};
}

}  // namespace cairn::mlflow
