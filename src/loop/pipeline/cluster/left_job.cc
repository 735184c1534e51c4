#include "loop/pipeline/cluster/left_job.h"

#include <algorithm>
#include <vector>

#include "ground/os/files.h"
#include "loop/pipeline/cluster/cluster_execution.h"
#include "loop/pipeline/cluster/news.h"
#include "loop/pipeline/dvc_folder.h"

namespace cairn::pipeline {
namespace {

std::string PlaceOf(const std::string& project) { return MemoryOf(DvcRootOf(project), project) + ".job"; }

const Json* StageIn(const Json& plan, const std::string& name) {
  for (const Json& stage : plan.At("stages").items()) {
    if (stage.Text("name") == name) return &stage;
  }
  return nullptr;
}

/// What of an order decides what the stage makes. Deps that stages before it make in part are held against
/// what the job says that it read, when its result comes in.
Json EssenceOf(Json order) {
  for (const char* saves : {"unless", "environment", "after"}) order.Remove(saves);
  if (order.At("items").IsObject()) {
    Json items = order.At("items");
    items.Remove("done");
    order.Set("items", std::move(items));
  }
  const auto& deps = order.At("deps").items();
  Json given = Json::Array();
  for (const Json& one : order.At("given").items()) {
    const bool dep = std::any_of(deps.begin(), deps.end(), [&](const Json& path) {
      return path.IsString() && path.AsString() == one.Text("path");
    });
    if (!dep || one.Bool("whole")) given.Push(one);
  }
  order.Set("given", std::move(given));
  return order;
}

/// What the job does besides is done already, or was not asked for.
Result<bool> RestIsDone(const Json& plan, Project& project, const std::vector<StageRecord>& stages) {
  for (const Json& sent : plan.At("stages").items()) {
    const auto asked = [&](const StageRecord& record) { return record.name == sent.Text("name"); };
    if (std::any_of(stages.begin(), stages.end(), asked)) continue;
    const Stage* stage = project.definition().Find(sent.Text("name"));
    if (!stage) return false;
    const auto causes = CAIRN_TRY(project.CausesOf(*stage));
    if (!causes.empty()) return false;
  }
  return true;
}

Result<bool> GoesWell(const std::string& job, Engine& engine, const std::vector<StageRecord>& stages) {
  const auto look = engine.Look(job);
  if (!look && look.error().reason == Reason::NotFound) return false;
  if (!look) return look.error();
  if (look->over && !look->well) return false;
  News news;
  for (const Json& piece : news.In(look->words)) {
    const auto failed = [&](const StageRecord& record) {
      return record.name == piece.Text("stage") && piece.Text("state") == "failed";
    };
    if (std::any_of(stages.begin(), stages.end(), failed)) return false;
  }
  return true;
}

}  // namespace

Json ExecutorOf(const ExecutorSettings& executor, const std::string& job_of) {
  return Json{{"kind", NameOf(executor.kind)},
              {"address", executor.address},
              {"store", executor.store},
              {"job", ClusterExecution::KeyOf(job_of)}};
}

Result<> StopJobOf(const RunRecord& run) {
  const Json& kept = run.environment.At("executor");
  const std::string job = kept.Text("job");
  if (job.empty()) return Done{};
  // The token is where the project says now; the address is the one that the job was given to.
  ExecutorSettings executor;
  if (const auto settings = ReadPipelineSettings(run.project)) executor = settings->executor();
  executor.kind = ExecutorSettings::Kind::Ray;
  executor.address = kept.Text("address");
  const auto stopped = [&]() -> Result<> {
    const auto engine = CAIRN_TRY(OpenEngine(executor, run.project));
    return engine->Stop(job);
  }();
  if (stopped) return Done{};
  return Error{stopped.error().reason, "its job " + job + " may still run: " + stopped.error().message};
}

Result<> KeepPlan(const std::string& project, const std::string& plan) {
  const std::string place = PlaceOf(project);
  CAIRN_TRY(os::MakeFolders(os::ParentOf(place)));
  return os::WriteFileAtomically(place, plan);
}

std::optional<Json> KeptPlan(const std::string& project) {
  const auto text = os::ReadFile(PlaceOf(project));
  if (!text) return std::nullopt;
  auto plan = Json::Parse(*text);
  if (!plan || plan->Text("run").empty()) return std::nullopt;
  return *std::move(plan);
}

void ForgetPlan(const std::string& project) {
  // One that stays is of a run that has ended, and nobody goes on with such a one.
  static_cast<void>(bool(os::Remove(PlaceOf(project))));
}

Result<std::optional<StageOrder>> OrderIn(const Json& plan, Project& project, const StageRecord& record,
                                          Depot& depot) {
  const Json* sent = StageIn(plan, record.name);
  const Stage* stage = project.definition().Find(record.name);
  if (!sent || !stage) return std::optional<StageOrder>();
  std::vector<const Stage*> before;
  for (const Json& name : sent->At("after").items()) {
    const Stage* one = project.definition().Find(name.IsString() ? name.AsString() : "");
    if (!one) return std::optional<StageOrder>();
    before.push_back(one);
  }
  auto order = CAIRN_TRY(OrderFor(project, record, *stage, before, depot));
  if (!(EssenceOf(order.stage) == EssenceOf(*sent))) return std::optional<StageOrder>();
  return std::optional(std::move(order));
}

Result<bool> CanGoOnWith(const Json& plan, Project& project, Engine& engine,
                         const std::vector<StageRecord>& stages) {
  const ExecutorSettings& executor = project.settings().executor();
  if (plan.Text("store") != executor.store || plan.Text("path") != executor.path) return false;
  const std::string job = ClusterExecution::KeyOf(plan.Text("run"));
  auto depot =
      CAIRN_TRY(Depot::Open(executor.store, os::JoinPath(project.root(), ".dvc/tmp/cairn/" + job + ".look")));
  const Json now = CAIRN_TRY(PlanOf(project, plan.Text("run"), executor.store, depot));
  for (const char* files : {"code", "executables"}) {
    if (!(now.At(files) == plan.At(files))) return false;
  }
  for (const StageRecord& record : stages) {
    const auto order = OrderIn(plan, project, record, depot);
    // An input that is missing is the run's to say.
    if (!order || !*order) return false;
  }
  const bool done = CAIRN_TRY(RestIsDone(plan, project, stages));
  if (!done) return false;
  return GoesWell(job, engine, stages);
}

}  // namespace cairn::pipeline
