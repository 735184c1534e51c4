#include "loop/evaluation/feasibility.h"

#include "loop/charter/charter.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

Json ToJson(const charter::Verdict& verdict) {
  return Json{{"dataset", verdict.dataset},
              {"version", verdict.dataset_version},
              {"verdict", verdict.go ? "go" : "no-go"},
              {"p_value", verdict.p_value},
              {"heuristic", verdict.heuristic},
              {"probe", verdict.probe},
              {"reason", verdict.reason},
              {"charter", verdict.charter_digest},
              {"report", verdict.report},
              {"judged_ms", verdict.judged_ms}};
}

struct Accepted {
  std::string digest;
  Node root;
  std::string dataset;  ///< The one asked for, or the model's.
};

Result<Accepted> AcceptedFor(const FeasibilityRooms& rooms, const std::string& asked) {
  const auto configuration = CAIRN_TRY(rooms.configurations.Accepted());
  if (!configuration)
    return Error{Reason::NotFound,
                 "no configuration is accepted yet: write cairn.yaml (`cairn init`) and run `cairn apply`"};
  Accepted accepted{configuration->digest,
                    CAIRN_TRY(ParseYaml(configuration->text, "the accepted cairn.yaml")), asked};
  if (!asked.empty()) return accepted;
  const Node* named = accepted.root.FindPath("model.dataset");
  if (!named || !named->IsScalar())
    return Error{Reason::InvalidArgument,
                 "say which data set: the accepted cairn.yaml has no 'model.dataset'"};
  accepted.dataset = named->text();
  return accepted;
}

evaluation::Task TaskOf(const Node& root) {
  const Node* metric = root.FindPath("model.metric");
  const auto named = evaluation::MetricNamed(metric && metric->IsScalar() ? metric->text() : "log_loss");
  return named && evaluation::IsRegression(*named) ? evaluation::Task::Regression : evaluation::Task::Binary;
}

Result<Json> Judge(const FeasibilityRooms& rooms, const Call& call) {
  const Accepted accepted = CAIRN_TRY(AcceptedFor(rooms, call.body.Text("dataset")));
  const auto specification = CAIRN_TRY(data::FindSpecification(accepted.root, accepted.dataset));
  const auto charter = CAIRN_TRY(charter::Parse(accepted.root));
  const auto version = CAIRN_TRY(rooms.catalogue.Find(accepted.dataset, call.body.Int("version")));
  auto verdict = CAIRN_TRY(evaluation::JudgeFeasibility(*CAIRN_TRY(rooms.catalogue.Engine()),
                                                        rooms.catalogue.TrainingParts(version), specification,
                                                        charter.heuristic, TaskOf(accepted.root)));
  verdict.dataset_version = std::to_string(version.version);
  verdict.charter_digest = accepted.digest;
  return ToJson(
      CAIRN_TRY(rooms.feasibility.Record(std::move(verdict), call.Actor(), call.body.Text("cause"))));
}

Result<Json> Newest(const FeasibilityRooms& rooms, const Call& call) {
  const Accepted accepted = CAIRN_TRY(AcceptedFor(rooms, call.Query("dataset")));
  const auto verdict = CAIRN_TRY(rooms.feasibility.Newest(accepted.dataset));
  if (verdict) return ToJson(*verdict);
  return Error{Reason::NotFound, "nobody has judged yet whether '" + accepted.dataset +
                                     "' can be learnt from: `cairn feasibility " + accepted.dataset +
                                     "` does"};
}

}  // namespace

void MountFeasibility(http::Router& router, FeasibilityRooms rooms) {
  router.Post("/api/v1/feasibility", Answer([rooms](const Call& call) { return Judge(rooms, call); }));
  router.Get("/api/v1/feasibility", Answer([rooms](const Call& call) { return Newest(rooms, call); }));
}

}  // namespace cairn::api
