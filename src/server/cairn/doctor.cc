#include <algorithm>
#include <array>

#include "ground/os/process.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "ledger/metadata/event.h"
#include "ledger/metadata/merkle.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/source.h"
#include "loop/scorecard/outputs.h"
#include "loop/scorecard/settings.h"
#include "server/cairn/answer.h"
#include "server/cairn/governing.h"
#include "server/cairn/permissions.h"
#include "server/cairn/proofs.h"

namespace cairn::api {
namespace {

/// What a component answered, as a sentence; an error is why it is not alive.
using Examined = Result<std::string>;

Examined SourceControl(const DoctorRooms& rooms) {
  const auto project = CAIRN_TRY(pipeline::Project::Open(rooms.project_dir, rooms.runner.data_dir()));
  const auto source = pipeline::SourceOf(project->folder(), project->definition());
  if (source.commit.empty())
    return Error{Reason::NotFound,
                 "git knows no commit around the project: `git init`, and commit cairn.yaml and dvc.yaml"};
  return "git answers with commit " + source.commit.substr(0, 12) + (source.dirty ? ", with changes." : ".");
}

Examined TestAndBuild(const DoctorRooms& rooms) {
  const auto project = CAIRN_TRY(pipeline::Project::Open(rooms.project_dir, rooms.runner.data_dir()));
  if (project->definition().stages.empty())
    return Error{Reason::NotFound, "dvc.yaml has no stage: nothing can be built or tested"};
  const auto plan = CAIRN_TRY(project->MakePlan({}));
  return std::to_string(plan.stages.size()) +
         (plan.stages.size() == 1 ? " stage was planned" : " stages were planned") + " from dvc.yaml" +
         (plan.AnyStale() ? ", some stale." : ", none stale.");
}

/// Whether a version of the bound model stands in production.
bool HasProduction(const DoctorRooms& rooms) {
  const auto guard = rooms.registry.guard();
  if (!guard || guard->model.empty()) return false;
  const auto standing = rooms.registry.StandingOf(guard->model);
  return standing && standing->version != 0;
}

Examined Deployment(const DoctorRooms& rooms) {
  const auto state = rooms.service.state();
  if (state.version == 0 && !HasProduction(rooms))
    return Error{Reason::NotFound, "nothing is in production yet, so nothing is served"};
  if (state.version == 0)
    return state.problem.empty()
               ? Error{Reason::NotFound, "nothing is loaded here: `cairn up` serves what is in production"}
               : Error{Reason::Unavailable, state.problem};
  return "version " + std::to_string(state.version) + " of " + state.model + " is loaded and has answered " +
         WithThousands(state.requests) + " requests.";
}

/// Reads the files of what is in production again and holds them against their manifest.
Examined ModelRegistry(const DoctorRooms& rooms) {
  const auto guard = CAIRN_TRY(rooms.registry.guard());
  if (guard.model.empty())
    return Error{Reason::NotFound, "no configuration binds a model (model.name in cairn.yaml)"};
  const auto standing = CAIRN_TRY(rooms.registry.StandingOf(guard.model));
  const auto version = standing.version != 0 ? CAIRN_TRY(rooms.registry.Find(guard.model, standing.version))
                                             : CAIRN_TRY(rooms.registry.Newest(guard.model));
  CAIRN_TRY(rooms.registry.Verify(version));
  return "the files of version " + std::to_string(version.version) + " of " + guard.model +
         " were read again and are those of manifest " + version.manifest.substr(0, 12) + ".";
}

Examined FeatureStore(const DoctorRooms&) {
  return Error{Reason::Unsupported,
               "there is none yet: training and serving share a contract, but no feature definitions"};
}

/// Writes an event and takes it back; then proves the newest sealed one.
Examined MetadataStore(const DoctorRooms& rooms) {
  std::string probe;
  const auto written = rooms.database.Transact([&](sql::Connection& connection) -> Result<> {
    probe = CAIRN_TRY(metadata::Append(connection, rooms.clock.Now(),
                                       {"doctor.probe", "doctor", "system", "", Json::Object()}));
    return Error{Reason::Conflict, "the probe is taken back"};
  });
  if (probe.empty()) return written.error();
  const auto found = rooms.log.Find(probe);
  if (found || found.error().reason != Reason::NotFound)
    return Error{Reason::Corrupt, "an event that was taken back is still in the log"};
  metadata::EventFilter newest;
  newest.order = metadata::EventFilter::Order::NewestFirst;
  newest.scope = metadata::EventFilter::Scope::Sealed;
  newest.limit = 1;
  const auto events = CAIRN_TRY(rooms.log.Read(newest));
  if (events.empty()) return "an event was written and taken back; none is sealed yet.";
  const auto proof = CAIRN_TRY(rooms.log.InclusionOf(events.front().id));
  return "an event was written and taken back; " + WithThousands(proof.size) +
         " are sealed, the newest one proven.";
}

/// Starts a child as stages are started, and reads the records of runs.
Examined Orchestrator(const DoctorRooms& rooms) {
  auto child = CAIRN_TRY(os::Process::Spawn(os::Command::Shell("exit 0")));
  const auto exit = child.Wait(10'000);
  if (!exit || !exit->Succeeded())
    return Error{Reason::Unavailable, "a child process did not end well within ten seconds"};
  const auto runs = CAIRN_TRY(rooms.runner.List("", 1));
  return "a process was started and ended; " +
         (runs.empty() ? "no pipeline has run yet."
                       : "the last pipeline run began on " + FormatDate(runs.front().started) + ".");
}

struct Component {
  std::string_view name;
  Examined (*examine)(const DoctorRooms&);
};
constexpr std::array<Component, 7> kComponents{{
    {"source control", SourceControl},
    {"test and build", TestAndBuild},
    {"deployment", Deployment},
    {"model registry", ModelRegistry},
    {"feature store", FeatureStore},
    {"metadata store", MetadataStore},
    {"orchestrator", Orchestrator},
}};

/// Whether it is not there, rather than not well.
bool IsMissing(const Error& error) {
  return error.reason == Reason::NotFound || error.reason == Reason::Unsupported;
}

Result<Json> Examine(const DoctorRooms& rooms) {
  Json components = Json::Array(), stages = Json::Array();
  std::int64_t alive = 0, broken = 0;
  for (const Component& component : kComponents) {
    const auto examined = component.examine(rooms);
    alive += static_cast<bool>(examined);
    const std::string_view state = examined ? "alive" : IsMissing(examined.error()) ? "missing" : "broken";
    broken += state == "broken";
    components.Push(Json{{"component", component.name},
                         {"alive", static_cast<bool>(examined)},
                         {"state", state},
                         {"why", examined ? *examined : examined.error().message}});
  }
  scorecard::Settings settings;
  if (const auto governing = CAIRN_TRY(GoverningIn(rooms.configurations)))
    settings = CAIRN_TRY(scorecard::ParseScorecard(governing->document));
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  for (const auto& output : scorecard::OutputsOf(history, rooms.clock.Now(), settings.cadence_ms))
    stages.Push(scorecard::ToJson(output));
  const TimeMs now = rooms.clock.Now();
  const auto emergencies = CAIRN_TRY(governance::EmergenciesOn(rooms.log));
  const auto overdue = std::count_if(emergencies.begin(), emergencies.end(),
                                     [&](const auto& one) { return one.IsOverdue(now); });
  return Json{{"alive", alive},
              {"of", kComponents.size()},
              {"broken", broken},
              {"lacking", scorecard::Lacking()},
              {"components", std::move(components)},
              {"stages", std::move(stages)},
              {"overdue", overdue},
              {"findings", CAIRN_TRY(UnreviewedEmergencies(rooms.log, now))}};
}

}  // namespace

void MountDoctor(http::Router& router, DoctorRooms rooms) {
  router.Get("/api/v1/doctor", Answer([rooms](const Call&) { return Examine(rooms); }));
}

}  // namespace cairn::api
