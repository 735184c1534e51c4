#include "loop/pipeline/cluster/cluster_plan.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/pipeline/items/done_items.h"
#include "loop/pipeline/source.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {
namespace {

bool IsMadeBy(const std::vector<const Stage*>& before, const std::string& path) {
  return std::any_of(before.begin(), before.end(), [&](const Stage* stage) {
    return std::any_of(stage->outs.begin(), stage->outs.end(),
                       [&](const Out& out) { return Overlap(out.path, path); });
  });
}

/// Of a folder that holds more than what the run makes in it, that more is sent too.
bool IsMadeWholly(const std::vector<const Stage*>& before, const std::string& path) {
  return std::none_of(before.begin(), before.end(), [&](const Stage* stage) {
    return std::any_of(stage->outs.begin(), stage->outs.end(),
                       [&](const Out& out) { return out.path.starts_with(path + "/"); });
  });
}

/// Notes what lies at `path` and gives it as the plan names it; null when nothing does.
Result<Json> Given(Project& project, const std::string& path, Depot& depot) {
  const auto snapshot = project.SnapshotOf(path);
  if (!snapshot && snapshot.error().reason == Reason::NotFound) return Json();
  if (!snapshot) return snapshot.error();
  CAIRN_TRY(depot.Add(os::JoinPath(project.folder(), path), *snapshot));
  return Json{{"path", path}, {"md5", snapshot->md5}, {"executable", snapshot->executable}};
}

Json PathsOf(const std::vector<LockedPath>& paths) {
  Json list = Json::Array();
  for (const auto& path : paths)
    list.Push(Json{{"path", path.path}, {"md5", path.md5}, {"executable", path.executable}});
  return list;
}

/// A stage that is only behind others that run need not run if they make the same as before.
Result<Json> UnlessOf(Project& project, const StageRecord& record, const Stage& stage, Depot& depot) {
  const bool only_upstream = std::all_of(record.causes.begin(), record.causes.end(), [](const Cause& cause) {
    return cause.level == Cause::Level::Upstream;
  });
  const auto locked = project.LockedOf(stage.name);
  if (!only_upstream || !locked) return Json();
  Json reads = Json::Object();
  for (const auto& path : FromProject(stage, locked->deps)) {
    // What lies outside has not changed, and no other machine looks at it.
    if (std::find(stage.deps.begin(), stage.deps.end(), path.path) != stage.deps.end())
      reads.Set(path.path, path.md5);
  }
  const auto makes = FromProject(stage, locked->outs);
  for (const auto& made : makes) {
    const Json given = CAIRN_TRY(Given(project, made.path, depot));
    if (given.Text("md5") != made.md5) return Json();
  }
  return Json{{"reads", std::move(reads)}, {"makes", PathsOf(makes)}};
}

/// Whether the out is there when the stage begins.
bool Stays(const Stage& stage, const Out& out) { return out.persist || stage.frozen; }

Json SecretsOf(const StageSettings& settings) {
  Json secrets = Json::Array();
  for (const Secret& secret : settings.secrets) {
    const char* from = secret.from == Secret::From::Variable ? "env" : "file";
    secrets.Push(Json{{"name", secret.name}, {from, secret.source}});
  }
  return secrets;
}

Json SettingsOf(const Stage& stage, const StageSettings& settings) {
  Json commands = Json::Array(), outs = Json::Array(), deps = Json::Array();
  if (!stage.frozen) {
    for (const auto& command : stage.Commands()) commands.Push(command);
  }
  for (const Out& out : stage.outs) outs.Push(Json{{"path", out.path}, {"persist", Stays(stage, out)}});
  for (const auto& dep : stage.deps) deps.Push(dep);
  const Retries& retries = settings.retries;
  Json tries{{"most", static_cast<std::int64_t>(retries.most)},
             {"wait_ms", retries.wait_ms},
             {"longest_ms", retries.longest_ms}};
  return Json{{"name", stage.name},
              {"commands", std::move(commands)},
              {"wdir", stage.wdir},
              {"deps", std::move(deps)},
              {"outs", std::move(outs)},
              {"secrets", SecretsOf(settings)},
              {"cpu", settings.resources.cpu},
              {"memory_bytes", static_cast<std::int64_t>(settings.resources.memory_bytes)},
              {"gpu", static_cast<std::int64_t>(settings.resources.gpu)},
              {"timeout_ms", settings.timeout_ms},
              {"retries", std::move(tries)}};
}

/// The items that are done as things stand here, and their outputs; null when there are none.
Result<Json> DoneOf(Project& project, const StageRecord& record, const Stage& stage,
                    const std::vector<const Stage*>& before, Depot& depot) {
  const bool reads_made = std::any_of(stage.params.begin(), stage.params.end(),
                                      [&](const Params& params) { return IsMadeBy(before, params.file); });
  if (record.CallsAll() || reads_made) return Json();
  const auto done = CAIRN_TRY(project.FindDone(stage));
  if (done.items.files().empty()) return Json();
  Json outs = Json::Object(), reads = Json::Object();
  for (const auto& [path, md5] : done.reads) reads.Set(path, md5);
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    const std::string& path = stage.outs[i].path;
    CAIRN_TRY(depot.Add(os::JoinPath(project.folder(), path), CAIRN_TRY(project.SnapshotOf(path))));
    outs.Set(path, CAIRN_TRY(depot.AddListing(done.outs[i])));
  }
  const std::string items = CAIRN_TRY(depot.AddListing(done.items));
  return Json{{"items", items}, {"outs", std::move(outs)}, {"reads", std::move(reads)}};
}

/// How it is run item by item; null for another stage.
Result<Json> ItemsOf(Project& project, const StageRecord& record, const Stage& stage,
                     const std::vector<const Stage*>& before, Depot& depot) {
  if (!stage.map) return Json();
  const ItemMap& map = *stage.map;
  Json into = Json::Array();
  for (std::size_t i = 0; i < map.into.size(); ++i) {
    into.Push(Json{{"name", map.into[i].first},
                   {"written", map.into[i].second},
                   {"path", map.makes[i]},
                   {"out", stage.outs[map.makes_in[i]].path}});
  }
  Json done = CAIRN_TRY(DoneOf(project, record, stage, before, depot));
  return Json{{"folder", map.folder},
              {"over", map.over},
              {"call", map.call},
              {"into", std::move(into)},
              {"at_once", static_cast<std::int64_t>(map.at_once)},
              {"done", std::move(done)}};
}

/// The stage with the inputs that `wanted` takes.
template <class Wanted>
Stage WithInputs(const Stage& stage, const Wanted& wanted) {
  Stage part = stage;
  std::erase_if(part.deps, [&](const std::string& dep) { return !wanted(dep); });
  std::erase_if(part.params, [&](const Params& params) { return !wanted(params.file); });
  std::erase_if(part.outside, [&](const std::string& dep) { return !wanted(dep); });
  std::erase_if(part.environment, [&](const std::string& file) { return !wanted(file); });
  return part;
}

}  // namespace

Result<StageOrder> OrderFor(Project& project, const StageRecord& record, const Stage& stage,
                            const std::vector<const Stage*>& before, Depot& depot) {
  if (stage.frozen) CAIRN_TRY(CheckFrozen(project.folder(), stage));
  for (const auto& dep : stage.outside) {
    if (!repository::IsAddress(dep))
      return Error{Reason::Unsupported, "stage '" + stage.name + "' reads '" + dep +
                                            "', which lies outside of the project: what a cluster is to read "
                                            "must lie in it, or at an address"};
  }
  const auto made = [&](const std::string& path) { return IsMadeBy(before, path); };
  StageOrder order;
  order.still_to_be_made = WithInputs(stage, made);
  order.inputs = CAIRN_TRY(
      project.ObserveInputs(WithInputs(stage, [&](const std::string& path) { return !made(path); })));
  std::vector<std::pair<std::string, bool>> wanted;  // path, and whether it is read as it is
  for (const auto& dep : stage.deps) {
    if (!made(dep) || !IsMadeWholly(before, dep)) wanted.emplace_back(dep, !made(dep));
  }
  for (const Params& params : stage.params) {
    if (!made(params.file)) wanted.emplace_back(params.file, true);
  }
  for (const Out& out : stage.outs) {
    if (Stays(stage, out)) wanted.emplace_back(out.path, false);
  }
  Json given = Json::Array();
  for (const auto& [path, whole] : wanted) {
    Json one = CAIRN_TRY(Given(project, path, depot));
    if (!one.IsNull()) given.Push(std::move(one.Set("whole", whole)));
  }
  order.stage = SettingsOf(stage, project.settings().Of(stage.name));
  order.stage.Set("given", std::move(given));
  if (!stage.outside.empty()) {
    Json outside = Json::Object();
    for (const auto& dep : stage.outside) outside.Set(dep, order.inputs.FindDep(dep)->md5);
    order.stage.Set("outside", std::move(outside));
  }
  order.stage.Set("unless", CAIRN_TRY(UnlessOf(project, record, stage, depot)));
  order.stage.Set("items", CAIRN_TRY(ItemsOf(project, record, stage, before, depot)));
  return order;
}

Result<Json> PlanOf(Project& project, const std::string& run, const std::string& store, Depot& depot) {
  repository::Listing listing, code;
  Json executables = Json::Array();
  for (const auto& path : CAIRN_TRY(FilesOf(project.folder(), project.definition()))) {
    const std::string place = os::JoinPath(project.folder(), path);
    const auto status = os::Stat(place);
    if (!status || status->kind != os::FileKind::File) continue;
    const auto snapshot = CAIRN_TRY(project.SnapshotOf(path));
    CAIRN_TRY(depot.Add(place, snapshot));
    const auto md5 = *repository::Md5OfHex(snapshot.md5);
    listing.Add(path, md5);
    if (os::BaseName(path) != ".gitignore") code.Add(path, md5);
    if (snapshot.executable) executables.Push(path);
  }
  listing.Arrange();
  code.Arrange();
  Json base = CAIRN_TRY(depot.AddListing(listing));
  Json named = CAIRN_TRY(depot.AddListing(code));
  return Json{{"run", run},
              {"store", store},
              {"base", std::move(base)},
              {"code", std::move(named)},
              {"executables", std::move(executables)}};
}

}  // namespace cairn::pipeline
