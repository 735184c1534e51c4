#include "server/mlflow/host_policy.h"
#include "server/mlflow/messages.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using tracking::Experiments;

constexpr std::int64_t kMostResults = 50'000;

Result<tracking::ExperimentId> RequiredId(const Fields& fields) {
  return ExperimentIdOf(CAIRN_TRY(fields.RequiredText("experiment_id")));
}

Result<Json> Create(Experiments& experiments, const Fields& fields) {
  Experiments::New wanted;
  wanted.name = CAIRN_TRY(fields.RequiredText("name"));
  wanted.artifact_location = CAIRN_TRY(fields.TextOrEmpty("artifact_location"));
  wanted.tags = CAIRN_TRY(TagsOf(fields, "tags"));
  CAIRN_TRY(CheckHost(wanted.artifact_location, "artifact_location", experiments.artifact_root()));
  return Json{{"experiment_id", std::to_string(CAIRN_TRY(experiments.Create(wanted)))}};
}

Result<Json> Get(Experiments& experiments, const Fields& fields) {
  return Json{{"experiment", ToJson(CAIRN_TRY(experiments.Find(CAIRN_TRY(RequiredId(fields)))))}};
}

Result<Json> GetByName(Experiments& experiments, const Fields& fields) {
  return Json{{"experiment",
               ToJson(CAIRN_TRY(experiments.FindByName(CAIRN_TRY(fields.RequiredText("experiment_name")))))}};
}

Result<Json> Search(Experiments& experiments, const Fields& fields) {
  Experiments::Search search;
  search.limit = CAIRN_TRY(fields.IntWithin("max_results", 1, kMostResults, 0));
  search.page = CAIRN_TRY(fields.TextOrEmpty("page_token"));
  search.filter = CAIRN_TRY(fields.TextOrEmpty("filter"));
  search.order_by = CAIRN_TRY(fields.Texts("order_by"));
  search.view = CAIRN_TRY(ViewOf(fields, "view_type"));
  const auto page = CAIRN_TRY(experiments.Find(search));
  Json answer = Json::Object();
  auto list = Json::Array();
  for (const auto& experiment : page.items) list.Push(ToJson(experiment));
  SetList(answer, "experiments", std::move(list));
  if (!page.next.empty()) answer.Set("next_page_token", page.next);
  return answer;
}

Result<Json> Update(Experiments& experiments, const Fields& fields) {
  const auto id = CAIRN_TRY(RequiredId(fields));
  return Empty(experiments.Rename(id, CAIRN_TRY(fields.RequiredText("new_name"))));
}

Result<Json> Delete(Experiments& experiments, const Fields& fields) {
  return Empty(experiments.Delete(CAIRN_TRY(RequiredId(fields))));
}

Result<Json> Restore(Experiments& experiments, const Fields& fields) {
  return Empty(experiments.Restore(CAIRN_TRY(RequiredId(fields))));
}

Result<Json> SetTag(Experiments& experiments, const Fields& fields) {
  const auto id = CAIRN_TRY(RequiredId(fields));
  const tracking::Tag tag{CAIRN_TRY(fields.RequiredText("key")), CAIRN_TRY(fields.TextOrEmpty("value"))};
  return Empty(experiments.SetTag(id, tag));
}

Result<Json> DeleteTag(Experiments& experiments, const Fields& fields) {
  const auto id = CAIRN_TRY(RequiredId(fields));
  return Empty(experiments.DeleteTag(id, CAIRN_TRY(fields.RequiredText("key"))));
}

Result<Json> SearchDatasets(Experiments& experiments, const Fields& fields) {
  const auto ids = CAIRN_TRY(ExperimentIdsOf(fields, "experiment_ids"));
  if (ids.empty()) return fields.Missing("experiment_ids");
  if (ids.size() > 20)
    return fields.Invalid("experiment_ids", ids.size(), "at most 20 experiments may be named");
  auto list = Json::Array();
  for (const auto& summary : CAIRN_TRY(experiments.Datasets(ids))) {
    Json one{{"experiment_id", std::to_string(summary.experiment)},
             {"name", summary.name},
             {"digest", summary.digest}};
    if (!summary.context.empty()) one.Set("context", summary.context);
    list.Push(std::move(one));
  }
  Json answer = Json::Object();
  SetList(answer, "dataset_summaries", std::move(list));
  return answer;
}

}  // namespace

Endpoints ExperimentEndpoints(tracking::Tracking& tracking) {
  const auto to = [&experiments = tracking.experiments](auto operation) -> Operation {
    return [&experiments, operation](const Fields& fields) { return operation(experiments, fields); };
  };
  constexpr auto kWrite = http::Lane::Write;
  return {
      {"POST", "experiments/create", to(Create), kWrite},
      {"GET", "experiments/get", to(Get)},
      {"GET", "experiments/get-by-name", to(GetByName)},
      {"POST", "experiments/search", to(Search)},
      {"GET", "experiments/search", to(Search)},
      {"POST", "experiments/update", to(Update), kWrite},
      {"POST", "experiments/delete", to(Delete), kWrite},
      {"POST", "experiments/restore", to(Restore), kWrite},
      {"POST", "experiments/set-experiment-tag", to(SetTag), kWrite},
      {"POST", "experiments/delete-experiment-tag", to(DeleteTag), kWrite},
      {"POST", "experiments/search-datasets", to(SearchDatasets), http::Lane::Read, "2.0", Twins::AjaxOnly}};
}

}  // namespace cairn::mlflow
