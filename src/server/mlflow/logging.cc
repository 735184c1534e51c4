#include <memory>

#include "loop/tracking/keys.h"
#include "server/mlflow/messages.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using tracking::Runs;

Result<Runs::New> NewRunOf(const Fields& fields) {
  Runs::New wanted;
  const auto experiment = CAIRN_TRY(fields.TextOrEmpty("experiment_id"));
  wanted.experiment = experiment.empty() ? 0 : CAIRN_TRY(ExperimentIdOf(experiment));
  wanted.name = CAIRN_TRY(fields.TextOrEmpty("run_name"));
  wanted.user = CAIRN_TRY(fields.TextOrEmpty("user_id"));
  wanted.start_ms = CAIRN_TRY(fields.Int("start_time")).value_or(0);
  wanted.tags = CAIRN_TRY(TagsOf(fields, "tags"));
  return wanted;
}

void Refuse(const Give& give, const Error& error) {
  give([error]() -> Result<std::string> { return error; });
}

void Create(Runs& runs, const Fields& fields, const Give& give) {
  const auto wanted = NewRunOf(fields);
  if (!wanted) return Refuse(give, wanted.error());
  runs.CreateThen(*wanted, [give](Result<tracking::Run> run) {
    if (!run) return Refuse(give, run.error());
    const auto created = std::make_shared<const tracking::Run>(*std::move(run));
    give([created]() -> Result<std::string> { return RunMessage(*created, Outputs::Left); });
  });
}

Result<Runs::Batch> ParameterOf(const Fields& fields) {
  Runs::Batch batch;
  batch.params.push_back({CAIRN_TRY(fields.RequiredText("key")), CAIRN_TRY(fields.TextOrEmpty("value"))});
  return batch;
}

Result<Runs::Batch> TagOf(const Fields& fields) {
  Runs::Batch batch;
  batch.tags.push_back({CAIRN_TRY(fields.RequiredText("key")), CAIRN_TRY(fields.TextOrEmpty("value"))});
  return batch;
}

Result<Runs::Batch> PointOf(const Fields& fields) {
  Runs::Batch batch;
  batch.metrics.push_back(CAIRN_TRY(MetricOf(fields)));
  return batch;
}

Result<Runs::Batch> BatchOf(const Fields& fields) {
  // As clients know it: an id that cannot be one is refused here, and is unknown to the calls above.
  CAIRN_TRY(tracking::CheckRunId(CAIRN_TRY(fields.RequiredTextOf("run_id", "run_uuid"))));
  Runs::Batch batch;
  const auto metrics = CAIRN_TRY(fields.Messages("metrics"));
  batch.metrics.reserve(metrics.size());
  for (const auto& metric : metrics) batch.metrics.push_back(CAIRN_TRY(MetricOf(metric)));
  batch.params = CAIRN_TRY(ParamsOf(fields, "params"));
  batch.tags = CAIRN_TRY(TagsOf(fields, "tags"));
  return batch;
}

using BatchReader = Result<Runs::Batch> (*)(const Fields&);

void Log(Runs& runs, BatchReader read, const Fields& fields, const Give& give) {
  const auto id = fields.RequiredTextOf("run_id", "run_uuid");
  if (!id) return Refuse(give, id.error());
  auto batch = read(fields);
  if (!batch) return Refuse(give, batch.error());
  runs.LogThen(*id, *std::move(batch), [give](Result<> logged) {
    give([logged = std::move(logged)]() -> Result<std::string> {
      CAIRN_TRY(logged);
      return std::string("{}");
    });
  });
}

}  // namespace

Endpoints LoggingEndpoints(tracking::Tracking& tracking, const sql::Database& database) {
  const auto lane = database.WaitsToWrite() ? http::Lane::Write : http::Lane::Brief;
  const auto endpoint = [&](const char* path, LaterOperation later) {
    Endpoint made{"POST", path, nullptr, lane};
    made.later = std::move(later);
    return made;
  };
  const auto log = [&, &runs = tracking.runs](const char* path, BatchReader read) {
    return endpoint(path,
                    [&runs, read](const Fields& fields, const Give& give) { Log(runs, read, fields, give); });
  };
  const auto create = [&runs = tracking.runs](const Fields& fields, const Give& give) {
    Create(runs, fields, give);
  };
  return {endpoint("runs/create", create), log("runs/log-parameter", ParameterOf), log("runs/set-tag", TagOf),
          log("runs/log-metric", PointOf), log("runs/log-batch", BatchOf)};
}

}  // namespace cairn::mlflow
