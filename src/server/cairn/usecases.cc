#include "loop/charter/usecases.h"

#include "ledger/governance/configuration.h"
#include "loop/charter/charter.h"
#include "server/cairn/answer.h"
#include "server/cairn/usecases.h"

namespace cairn::api {
namespace {

Json OrNull(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

/// The text to look at: the request's own, or the accepted configuration.
Result<Node> DocumentIn(const UseCaseRooms& rooms, const Call& call) {
  if (call.body.Find("text"))
    return ParseYaml(CAIRN_TRY(RequiredText(call.body, "text")), call.body.Text("file", "cairn.yaml"));
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  if (accepted) return ParseYaml(accepted->text, "the accepted cairn.yaml");
  return Error{Reason::NotFound,
               "no configuration is accepted yet: write cairn.yaml (`cairn init`) and run `cairn apply`"};
}

Json UseCaseOf(const charter::Task& task, std::size_t rank,
               const std::vector<charter::ActiveUseCase>& active) {
  const charter::Estimate& estimate = *task.estimate;
  Json missing = Json::Array(), needs = Json::Array(), since;
  for (const auto& one : estimate.Missing()) missing.Push(one);
  for (const auto& one : task.needs) needs.Push(one);
  std::string reason;
  for (const auto& one : active) {
    if (one.name == task.name) since = one.since, reason = one.reason;
  }
  return Json{{"usecase", task.name},
              {"rank", rank},
              {"predicts", estimate.of},
              {"needs", std::move(needs)},
              {"gain", OrNull(estimate.gain)},
              {"times_a_year", OrNull(estimate.times_a_year)},
              {"chance", OrNull(estimate.chance)},
              {"build", OrNull(estimate.build)},
              {"run_a_year", OrNull(estimate.run_a_year)},
              {"years", estimate.years},
              {"return", OrNull(estimate.Return())},
              {"missing", std::move(missing)},
              {"active_since", since},
              {"reason", reason}};
}

Result<Json> Rank(const UseCaseRooms& rooms, const Call& call) {
  const Node document = CAIRN_TRY(DocumentIn(rooms, call));
  const auto charter = CAIRN_TRY(charter::Parse(document));
  const auto tasks = CAIRN_TRY(charter::ReadTasks(document));
  const auto active = CAIRN_TRY(charter::UseCases(rooms.database, rooms.clock).Active());
  Json items = Json::Array(), order = Json::Array();
  for (const auto& task : tasks) order.Push(task.name);
  const auto ranked = charter::Ranked(tasks);
  for (std::size_t i = 0; i < ranked.size(); ++i) items.Push(UseCaseOf(ranked[i], i + 1, active));
  return Json{{"items", std::move(items)},
              {"tasks", std::move(order)},
              {"unit", charter.cost ? charter.cost->unit : ""}};
}

Result<Json> Activate(const UseCaseRooms& rooms, const Call& call) {
  charter::UseCases cases(rooms.database, rooms.clock);
  const auto active =
      CAIRN_TRY(cases.Activate(call.Path("usecase"), call.body.Text("override"), call.Actor()));
  return Json{{"usecase", active.name}, {"active_since", active.since}, {"reason", active.reason}};
}

Result<Json> End(const UseCaseRooms& rooms, const Call& call) {
  charter::UseCases cases(rooms.database, rooms.clock);
  const std::string reason = CAIRN_TRY(RequiredText(call.body, "reason"));
  CAIRN_TRY(cases.End(call.Path("usecase"), reason, call.Actor()));
  return Json{{"usecase", call.Path("usecase")}, {"active_since", Json()}, {"reason", reason}};
}

}  // namespace

void MountUseCases(http::Router& router, UseCaseRooms rooms) {
  router.Post("/api/v1/usecases/rank", Answer([rooms](const Call& call) { return Rank(rooms, call); }));
  router.Post("/api/v1/usecases/{usecase}/activate",
              Answer([rooms](const Call& call) { return Activate(rooms, call); }));
  router.Post("/api/v1/usecases/{usecase}/end",
              Answer([rooms](const Call& call) { return End(rooms, call); }));
}

}  // namespace cairn::api
