#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "ground/vocabulary/text.h"
#include "server/cairn/answer.h"
#include "server/cairn/experiment_named.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using tracking::Experiment;
using tracking::ExperimentId;
using tracking::Run;
using tracking::Runs;
using Rooms = std::shared_ptr<const RunRooms>;

constexpr std::int64_t kMostRuns = 10'000;
constexpr std::int64_t kMostPoints = 2'500;
/// Beyond these a run's metrics come without their points: one request must stay short.
constexpr std::size_t kMostSeries = 200;

template <class Pair>
Json ToObject(const std::vector<Pair>& pairs) {
  Json object = Json::Object();
  for (const auto& [key, value] : pairs) object.Set(key, value);
  return object;
}

Json ToJson(const Run& run, const std::string& experiment) {
  Json metrics = Json::Object();
  for (const auto& metric : run.metrics) metrics.Set(metric.key, metric.value);
  return Json{{"run_id", run.info.id},
              {"name", run.info.name},
              {"experiment_id", std::to_string(run.info.experiment)},
              {"experiment", experiment},
              {"status", NameOf(run.info.status)},
              {"user", run.info.user},
              {"start_ms", run.info.start_ms},
              {"end_ms", run.info.end_ms ? Json(*run.info.end_ms) : Json()},
              {"deleted", run.info.deleted},
              {"artifact_uri", run.info.artifact_uri},
              {"metrics", std::move(metrics)},
              {"params", ToObject(run.params)},
              {"tags", ToObject(run.tags)}};
}

Json ToJson(const Experiment& experiment) {
  return Json{{"experiment_id", std::to_string(experiment.id)},
              {"name", experiment.name},
              {"deleted", experiment.deleted},
              {"artifact_location", experiment.artifact_location},
              {"created_ms", experiment.created_ms},
              {"updated_ms", experiment.updated_ms},
              {"tags", ToObject(experiment.tags)}};
}

Result<tracking::View> ViewIn(const Call& call) {
  const auto view = call.Query("view");
  if (view.empty() || view == "active") return tracking::View::Active;
  if (view == "deleted") return tracking::View::Deleted;
  if (view == "all") return tracking::View::All;
  return Error{Reason::InvalidArgument, "'view' is active, deleted or all, not '" + view + "'"};
}

Result<std::int64_t> Whole(const Call& call, std::string_view name, std::int64_t otherwise,
                           std::int64_t most) {
  const auto text = call.Query(name);
  if (text.empty()) return otherwise;
  const auto number = ParseInt(text);
  if (number && *number >= 0 && *number <= most) return number;
  return Error{Reason::InvalidArgument, "'" + std::string(name) + "' must be a whole number from 0 to " +
                                            std::to_string(most) + ", not '" + text + "'"};
}

Result<std::optional<std::int64_t>> Step(const Call& call, std::string_view name) {
  const auto text = call.Query(name);
  if (text.empty()) return std::optional<std::int64_t>();
  if (const auto step = ParseInt(text)) return std::optional(*step);
  return Error{Reason::InvalidArgument,
               "'" + std::string(name) + "' must be a step, a whole number, not '" + text + "'"};
}

Result<std::vector<std::string>> AllOf(const Call& call, std::string_view name) {
  std::vector<std::string> values;
  for (auto& [key, value] : CAIRN_TRY(call.request.QueryParameters())) {
    if (key == name) values.push_back(std::move(value));
  }
  return values;
}

/// The names of experiments, each looked up once.
class ExperimentNames {
 public:
  explicit ExperimentNames(const tracking::Experiments& experiments) : experiments_(experiments) {}
  std::string Of(ExperimentId id) {
    const auto known = names_.find(id);
    if (known != names_.end()) return known->second;
    const auto found = experiments_.Find(id);
    return names_[id] = found ? found->name : "";
  }

 private:
  const tracking::Experiments& experiments_;
  std::map<ExperimentId, std::string> names_;
};

/// ?experiment=…&filter=&order=…&view=&limit=&token=; without `experiment` the runs of all active ones.
Result<Json> List(const Rooms& rooms, const Call& call) {
  const auto& experiments = rooms->tracking.experiments;
  Runs::Search search;
  for (const auto& given : CAIRN_TRY(AllOf(call, "experiment")))
    search.experiments.push_back(CAIRN_TRY(ExperimentNamed(experiments, given)).id);
  search.view = CAIRN_TRY(ViewIn(call));
  if (search.experiments.empty()) {
    // A deleted run may lie in a deleted experiment.
    const auto view = search.view == tracking::View::Active ? tracking::View::Active : tracking::View::All;
    for (const auto& one : CAIRN_TRY(AllExperiments(experiments, view))) search.experiments.push_back(one.id);
  }
  search.filter = call.Query("filter");
  search.order_by = CAIRN_TRY(AllOf(call, "order"));
  search.limit = std::max<std::int64_t>(1, CAIRN_TRY(Whole(call, "limit", 100, kMostRuns)));
  search.page = call.Query("token");
  const auto page = CAIRN_TRY(rooms->tracking.runs.Find(search));
  ExperimentNames names(experiments);
  Json items = Json::Array();
  for (const auto& run : page.items) items.Push(ToJson(run, names.Of(run.info.experiment)));
  Json answer{{"items", std::move(items)}};
  if (!page.next.empty()) answer.Set("next", page.next);
  return answer;
}

/// Of metrics or of points.
template <class Points>
Json PointsOf(const Points& all) {
  Json points = Json::Array();
  for (const auto& point : all)
    points.Push(Json{{"step", point.step}, {"at_ms", point.at_ms}, {"value", point.value}});
  return points;
}

/// One metric: its last value, and at most `points` of its points, the extremes among them.
Result<Json> SeriesOf(const Runs& runs, const std::string& id, const tracking::Metric& last,
                      std::int64_t points) {
  Json series{{"key", last.key}, {"value", last.value}, {"step", last.step}, {"at_ms", last.at_ms}};
  if (points == 0) return series;
  Runs::Interval interval;
  interval.runs = {id};
  interval.key = last.key;
  interval.limit = points;
  interval.sampling = tracking::Sampling::Extremes;
  return series.Set("points", PointsOf(CAIRN_TRY(runs.Sampled(interval))));
}

Json InputsOf(const Run& run) {
  Json inputs = Json::Array();
  for (const auto& input : run.inputs) {
    inputs.Push(Json{{"name", input.dataset.name},
                     {"digest", input.dataset.digest},
                     {"source", input.dataset.source},
                     {"tags", ToObject(input.tags)}});
  }
  return inputs;
}

/// ?points=: how many points of each metric come along; none unless asked for.
Result<Json> Show(const Rooms& rooms, const Call& call) {
  const auto id = CAIRN_TRY(rooms->names.IdOf(call.Path("run")));
  const auto points = CAIRN_TRY(Whole(call, "points", 0, kMostPoints));
  const auto run = CAIRN_TRY(rooms->tracking.runs.Find(id));
  Json answer = ToJson(run, ExperimentNames(rooms->tracking.experiments).Of(run.info.experiment));
  Json series = Json::Array(), models = Json::Array();
  for (const auto& metric : run.metrics) {
    const auto wanted = series.items().size() < kMostSeries ? points : 0;
    series.Push(CAIRN_TRY(SeriesOf(rooms->tracking.runs, id, metric, wanted)));
  }
  for (const auto& made : run.outputs) models.Push(made.model_id);
  answer.Set("series", std::move(series)).Set("inputs", InputsOf(run)).Set("models", std::move(models));
  return answer;
}

/// ?key=&points=&first_step=&last_step=: at most so many of a metric's points by step, time and value,
/// between two steps where both are given. With four points or more the first, the last, the least and the
/// greatest of all are among them.
Result<Json> Sample(const Rooms& rooms, const Call& call) {
  Runs::Interval interval;
  interval.runs = {CAIRN_TRY(rooms->names.IdOf(call.Path("run")))};
  interval.key = call.Query("key");
  if (interval.key.empty()) return Error{Reason::InvalidArgument, "say which metric: ?key=NAME"};
  interval.limit = std::max<std::int64_t>(1, CAIRN_TRY(Whole(call, "points", kMostPoints, kMostPoints)));
  interval.first_step = CAIRN_TRY(Step(call, "first_step"));
  interval.last_step = CAIRN_TRY(Step(call, "last_step"));
  interval.sampling = tracking::Sampling::Extremes;
  return Json{{"run_id", interval.runs.front()},
              {"key", interval.key},
              {"points", PointsOf(CAIRN_TRY(rooms->tracking.runs.Sampled(interval)))}};
}

/// ?key=&limit=&token=: every point of one metric by time, step and value.
Result<Json> History(const Rooms& rooms, const Call& call) {
  const auto id = CAIRN_TRY(rooms->names.IdOf(call.Path("run")));
  const auto key = call.Query("key");
  if (key.empty()) return Error{Reason::InvalidArgument, "say which metric: ?key=NAME"};
  const auto limit = std::max<std::int64_t>(1, CAIRN_TRY(Whole(call, "limit", 10'000, 100'000)));
  const auto page = CAIRN_TRY(rooms->tracking.runs.History(id, key, limit, call.Query("token")));
  Json answer{{"run_id", id}, {"key", key}, {"points", PointsOf(page.items)}};
  if (!page.next.empty()) answer.Set("next", page.next);
  return answer;
}

Result<Json> ListExperiments(const Rooms& rooms, const Call& call) {
  Json items = Json::Array();
  for (const auto& one : CAIRN_TRY(AllExperiments(rooms->tracking.experiments, CAIRN_TRY(ViewIn(call)))))
    items.Push(ToJson(one));
  return Json{{"items", std::move(items)}};
}

Result<Json> ShowExperiment(const Rooms& rooms, const Call& call) {
  return ToJson(CAIRN_TRY(ExperimentNamed(rooms->tracking.experiments, call.Path("experiment"))));
}

enum class Mark { Deleted, Active };

Result<Json> MarkRun(const Rooms& rooms, const Call& call, Mark mark) {
  const auto id = CAIRN_TRY(rooms->names.IdOf(call.Path("run")));
  auto& runs = rooms->tracking.runs;
  CAIRN_TRY(mark == Mark::Deleted ? runs.Delete(id) : runs.Restore(id));
  const auto run = CAIRN_TRY(runs.Find(id));
  return ToJson(run, ExperimentNames(rooms->tracking.experiments).Of(run.info.experiment));
}

/// Marking a marked one changes nothing.
Result<Json> MarkExperiment(const Rooms& rooms, const Call& call, Mark mark) {
  auto& experiments = rooms->tracking.experiments;
  const auto found = CAIRN_TRY(ExperimentNamed(experiments, call.Path("experiment")));
  if (found.deleted != (mark == Mark::Deleted))
    CAIRN_TRY(mark == Mark::Deleted ? experiments.Delete(found.id) : experiments.Restore(found.id));
  return ToJson(CAIRN_TRY(experiments.Find(found.id)));
}

}  // namespace

Result<std::vector<Experiment>> AllExperiments(const tracking::Experiments& experiments,
                                               tracking::View view) {
  std::vector<Experiment> all;
  tracking::Experiments::Search search;
  search.view = view;
  do {
    auto page = CAIRN_TRY(experiments.Find(search));
    std::move(page.items.begin(), page.items.end(), std::back_inserter(all));
    search.page = page.next;
  } while (!search.page.empty());
  return all;
}

Result<Experiment> ExperimentNamed(const tracking::Experiments& experiments, const std::string& given) {
  auto named = experiments.FindByName(given);
  if (named || named.error().reason != Reason::NotFound) return named;
  if (const auto id = ParseInt(given)) {
    auto found = experiments.Find(*id);
    if (found || found.error().reason != Reason::NotFound) return found;
  }
  const auto all = CAIRN_TRY(AllExperiments(experiments, tracking::View::All));
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const auto& one : all) names.push_back(one.name);
  return Error{Reason::NotFound, "There is no experiment '" + given + "'." + Suggestion(given, names)};
}

void MountRuns(http::Router& router, RunRooms given) {
  const auto rooms = std::make_shared<const RunRooms>(given);
  const auto to = [rooms](auto handler) {
    return Answer([rooms, handler](const Call& call) { return handler(rooms, call); });
  };
  const auto marking = [rooms](auto handler, Mark mark) {
    return Answer([rooms, handler, mark](const Call& call) { return handler(rooms, call, mark); });
  };
  router.Get("/api/v1/runs", to(List));
  router.Get("/api/v1/runs/{run}", to(Show));
  router.Get("/api/v1/runs/{run}/history", to(History));
  router.Get("/api/v1/runs/{run}/sample", to(Sample));
  router.Post("/api/v1/runs/{run}/delete", marking(MarkRun, Mark::Deleted));
  router.Post("/api/v1/runs/{run}/restore", marking(MarkRun, Mark::Active));
  router.Get("/api/v1/experiments", to(ListExperiments));
  router.Get("/api/v1/experiments/{experiment}", to(ShowExperiment));
  router.Post("/api/v1/experiments/{experiment}/delete", marking(MarkExperiment, Mark::Deleted));
  router.Post("/api/v1/experiments/{experiment}/restore", marking(MarkExperiment, Mark::Active));
}

}  // namespace cairn::api
