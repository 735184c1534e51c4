#include "loop/sweep/sweeps.h"

#include <algorithm>
#include <map>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/project.h"
#include "loop/sweep/bring.h"
#include "loop/sweep/curve.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using sweep::Order;
using sweep::Sweep;
using sweep::Sweeps;
using sweep::Trial;

constexpr std::int64_t kLongestWaitMs = 30'000;
constexpr std::string_view kWorkspace = "workspace";

Json ToJson(const std::vector<sweep::Setting>& settings) {
  Json list = Json::Array();
  for (const auto& one : settings)
    list.Push(Json{{"file", one.file}, {"key", one.key}, {"value", one.value}});
  return list;
}

Json ToJson(const Trial& trial) {
  Json outs = Json::Array();
  for (const auto& out : trial.outs) outs.Push(Json{{"path", out.path}, {"md5", out.md5}});
  return Json{{"id", trial.Id()},
              {"sweep", trial.sweep},
              {"number", trial.number},
              {"state", sweep::NameOf(trial.state)},
              {"settings", ToJson(trial.settings)},
              {"params", trial.params},
              {"metrics", trial.metrics},
              {"outs", std::move(outs)},
              {"run", trial.run},
              {"tracked", trial.tracked},
              {"beginnings", trial.beginnings},
              {"problem", trial.problem},
              {"started_ms", trial.started},
              {"ended_ms", trial.ended}};
}

Json ToJson(const Sweep& sweep, const std::map<std::string, std::int64_t>& counts) {
  Json set = Json::Array(), states = Json::Object();
  for (const auto& one : sweep.order.set) set.Push(one);
  for (const auto& [state, count] : counts) states.Set(state, count);
  return Json{{"id", sweep.id},
              {"project_dir", sweep.project},
              {"actor", sweep.order.actor},
              {"search", sweep::NameOf(sweep.order.search)},
              {"set", std::move(set)},
              {"seed", std::to_string(sweep.order.seed)},
              {"budget_ms", sweep.order.budget_ms},
              {"until", sweep.order.until},
              {"commit", sweep.source.commit},
              {"dirty", sweep.source.dirty},
              {"tracked", sweep.tracked},
              {"jobs", sweep.jobs},
              {"created_ms", sweep.created},
              {"started_ms", sweep.started},
              {"trials", std::move(states)}};
}

Result<std::int64_t> Number(const Call& call, std::string_view name, std::int64_t otherwise) {
  const std::string text = call.Query(name);
  return text.empty() ? Result<std::int64_t>(otherwise) : ParseInt(text);
}

Result<std::vector<std::string>> Texts(const Json& body, std::string_view name) {
  std::vector<std::string> texts;
  for (const Json& one : body.At(name).items()) {
    if (!one.IsString())
      return Error{Reason::InvalidArgument, "'" + std::string(name) + "' must be a list of texts"};
    texts.push_back(one.AsString());
  }
  return texts;
}

Result<Order> OrderIn(const Call& call) {
  static constexpr std::string_view kKnown[] = {"project_dir", "set",    "search",    "trials", "seed",
                                                "until",       "stages", "budget_ms", "dry_run"};
  for (const auto& [key, value] : call.body.members()) {
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown))
      return Error{Reason::InvalidArgument,
                   "unknown member '" + key + "' in the body." + Suggestion(key, kKnown)};
  }
  Order order;
  order.project = call.body.Text("project_dir", ".");
  order.set = CAIRN_TRY(Texts(call.body, "set"));
  order.stages = CAIRN_TRY(Texts(call.body, "stages"));
  order.search = CAIRN_TRY(sweep::SearchNamed(call.body.Text("search", "grid")));
  order.trials = call.body.Int("trials");
  const std::int64_t seed = call.body.Int("seed");
  if (seed < 0) return Error{Reason::InvalidArgument, "'seed' must not be negative"};
  order.seed = static_cast<std::uint64_t>(seed);
  order.budget_ms = call.body.Int("budget_ms");
  order.until = call.body.Text("until");
  order.actor = call.Actor();
  return order;
}

Result<Json> Queue(Sweeps& sweeps, const Call& call) {
  const Order order = CAIRN_TRY(OrderIn(call));
  if (!call.body.Bool("dry_run")) {
    const Sweep sweep = CAIRN_TRY(sweeps.Queue(order));
    return ToJson(sweep, CAIRN_TRY(sweeps.Count("", sweep.id))[sweep.id]);
  }
  Json proposals = Json::Array();
  for (const auto& settings : CAIRN_TRY(sweeps.Propose(order))) proposals.Push(ToJson(settings));
  return Json{{"proposals", std::move(proposals)}};
}

/// The sweeps, and the trials of them that ended since a look before.
Result<Json> List(Sweeps& sweeps, const Call& call) {
  const std::string project = call.Query("project_dir"), only = call.Query("sweep");
  const std::int64_t after = CAIRN_TRY(Number(call, "after", -1));
  const std::int64_t wait =
      std::clamp<std::int64_t>(CAIRN_TRY(Number(call, "wait_ms", 0)), 0, kLongestWaitMs);
  const auto seen = static_cast<std::size_t>(std::max<std::int64_t>(after, 0));
  const auto news = sweeps.Ended(seen, after < 0 ? 0 : wait);
  auto counts = CAIRN_TRY(sweeps.Count(project, only));
  Json ended = Json::Array();
  for (const std::string& id : after < 0 ? std::vector<std::string>() : news) {
    const auto trial = sweeps.FindTrial(id);
    // One of another project, or removed meanwhile.
    if (trial && counts.contains(trial->sweep)) ended.Push(ToJson(*trial));
  }
  Json items = Json::Array();
  for (const Sweep& one : CAIRN_TRY(sweeps.List(project))) {
    if (only.empty() || one.id == only) items.Push(ToJson(one, counts[one.id]));
  }
  return Json{{"items", std::move(items)},
              {"ended", std::move(ended)},
              {"seen", static_cast<std::int64_t>(seen + news.size())}};
}

Result<Json> Begin(Sweeps& sweeps, const Call& call) {
  const std::int64_t jobs = call.body.Int("jobs", 1);
  if (jobs < 1 || jobs > 256) return Error{Reason::InvalidArgument, "'jobs' must be between 1 and 256"};
  CAIRN_TRY(
      sweeps.Begin(call.body.Text("project_dir"), call.body.Text("sweep"), static_cast<unsigned>(jobs)));
  return Json{{"jobs", jobs}};
}

Result<Json> Curve(Sweeps& sweeps, const Call& call) {
  const std::string sweep = CAIRN_TRY(sweeps.Find(call.Path("id"))).id;
  sweep::CurveOrder order;
  order.metric = call.Query("metric");
  if (order.metric.empty())
    return Error{Reason::InvalidArgument, "say of which figure: 'metric', as in the trials' metrics files"};
  order.better = call.Query("better");
  const std::string worth = call.Query("worth");
  if (!worth.empty()) order.worth = CAIRN_TRY(ParseDouble(worth));
  if (order.worth < 0) return Error{Reason::InvalidArgument, "'worth' must not be negative"};
  const auto trials = CAIRN_TRY(sweeps.Trials("", sweep));
  Json curve = CAIRN_TRY(sweep::CurveOf(trials, order));
  return std::move(curve.Set("sweep", sweep));
}

Sweeps::How HowIn(const Call& call) {
  return call.body.Bool("put_back") ? Sweeps::How::PutBack : Sweeps::How::Stop;
}

Result<Json> Trials(Sweeps& sweeps, const Call& call) {
  Json items = Json::Array();
  for (const Trial& trial : CAIRN_TRY(sweeps.Trials(call.Query("project_dir"), call.Query("sweep"))))
    items.Push(ToJson(trial));
  return Json{{"items", std::move(items)}};
}

std::string KeptOf(const Sweeps& sweeps, const Trial& trial) {
  return os::JoinPath(sweeps.FolderOf(trial), "kept");
}

/// The parameters and figures of a trial, or of the working copy that its sweep began from.
Result<std::pair<Json, Json>> SidesOf(const SweepRooms& rooms, const std::string& name,
                                      const std::string& project) {
  if (name != kWorkspace) {
    const Trial trial = CAIRN_TRY(rooms.sweeps.FindTrial(name));
    return std::pair(trial.params, trial.metrics);
  }
  auto opened = CAIRN_TRY(pipeline::Project::Open(project, rooms.data_dir));
  return std::pair(CAIRN_TRY(sweep::ParamsIn(project)), sweep::FiguresOf(opened->Metrics()));
}

/// The names whose values differ, with both; and for numbers what the second has more.
Json Differing(const Json& was, const Json& is) {
  Json list = Json::Array();
  const auto add = [&](const std::string& name) {
    const Json *a = was.Find(name), *b = is.Find(name);
    if (a && b && *a == *b) return;
    Json one{{"name", name}, {"was", a ? *a : Json()}, {"is", b ? *b : Json()}};
    if (a && b && a->IsNumber() && b->IsNumber()) one.Set("change", b->AsDouble() - a->AsDouble());
    list.Push(std::move(one));
  };
  for (const auto& [name, value] : was.members()) add(name);
  for (const auto& [name, value] : is.members()) {
    if (!was.Find(name)) add(name);
  }
  return list;
}

Result<Json> Compare(const SweepRooms& rooms, const Call& call) {
  const std::string id = call.Path("id"), with = call.Query("with");
  const std::string& known = id != kWorkspace ? id : with;
  const Trial trial = CAIRN_TRY(rooms.sweeps.FindTrial(known));
  const std::string project = CAIRN_TRY(rooms.sweeps.Find(trial.sweep)).project;
  const auto was = CAIRN_TRY(SidesOf(rooms, id, project));
  const auto is = CAIRN_TRY(SidesOf(rooms, with.empty() ? std::string(kWorkspace) : with, project));
  return Json{{"params", Differing(was.first, is.first)}, {"metrics", Differing(was.second, is.second)}};
}

Result<Json> Apply(const SweepRooms& rooms, const Call& call) {
  const Trial trial = CAIRN_TRY(rooms.sweeps.FindTrial(call.Path("id")));
  const auto base = CAIRN_TRY(sweep::OpenBase(rooms.sweeps.BaseOf(trial.sweep)));
  const auto unsaved = call.body.Bool("force") ? sweep::Unsaved::Overwrite : sweep::Unsaved::Refuse;
  Json changed = Json::Array();
  for (const auto& path :
       CAIRN_TRY(sweep::Apply(base, trial, KeptOf(rooms.sweeps, trial), rooms.data_dir, unsaved)))
    changed.Push(path);
  return Json{{"changed", std::move(changed)}};
}

Result<Json> Branch(const SweepRooms& rooms, const Call& call) {
  const std::string name = CAIRN_TRY(RequiredText(call.body, "name"));
  const Trial trial = CAIRN_TRY(rooms.sweeps.FindTrial(call.Path("id")));
  const auto base = CAIRN_TRY(sweep::OpenBase(rooms.sweeps.BaseOf(trial.sweep)));
  return Json{{"branch", name},
              {"commit", CAIRN_TRY(sweep::Branch(base, trial, KeptOf(rooms.sweeps, trial), name))}};
}

}  // namespace

void MountSweeps(http::Router& router, SweepRooms rooms) {
  Sweeps& sweeps = rooms.sweeps;
  router.Post("/api/v1/sweeps", Answer([&sweeps](const Call& call) { return Queue(sweeps, call); }));
  router.Get("/api/v1/sweeps", Answer([&sweeps](const Call& call) { return List(sweeps, call); }));
  router.Post("/api/v1/sweeps/begin", Answer([&sweeps](const Call& call) { return Begin(sweeps, call); }));
  router.Post(
      "/api/v1/sweeps/stop", Answer([&sweeps](const Call& call) -> Result<Json> {
        return Json{{"stopped", CAIRN_TRY(sweeps.StopAll(call.body.Text("project_dir"), HowIn(call)))}};
      }));
  router.Get("/api/v1/sweeps/{id}/curve",
             Answer([&sweeps](const Call& call) { return Curve(sweeps, call); }));
  router.Get("/api/v1/trials", Answer([&sweeps](const Call& call) { return Trials(sweeps, call); }));
  router.Get("/api/v1/trials/{id}", Answer([&sweeps](const Call& call) -> Result<Json> {
               return ToJson(CAIRN_TRY(sweeps.FindTrial(call.Path("id"))));
             }));
  router.Get("/api/v1/trials/{id}/differences",
             Answer([rooms](const Call& call) { return Compare(rooms, call); }));
  router.Post("/api/v1/trials/{id}/stop", Answer([&sweeps](const Call& call) -> Result<Json> {
                CAIRN_TRY(sweeps.StopTrial(call.Path("id"), HowIn(call)));
                return ToJson(CAIRN_TRY(sweeps.FindTrial(call.Path("id"))));
              }));
  router.Post("/api/v1/trials/{id}/retry", Answer([&sweeps](const Call& call) -> Result<Json> {
                return ToJson(CAIRN_TRY(sweeps.Retry(call.Path("id"))));
              }));
  router.Post("/api/v1/trials/{id}/remove", Answer([&sweeps](const Call& call) -> Result<Json> {
                CAIRN_TRY(sweeps.Remove(call.Path("id")));
                return Json{{"removed", call.Path("id")}};
              }));
  router.Post("/api/v1/trials/{id}/apply", Answer([rooms](const Call& call) { return Apply(rooms, call); }));
  router.Post("/api/v1/trials/{id}/branch",
              Answer([rooms](const Call& call) { return Branch(rooms, call); }));
}

}  // namespace cairn::api
