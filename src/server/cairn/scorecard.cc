#include "loop/charter/charter.h"
#include "loop/scorecard/delivery.h"
#include "loop/scorecard/maturity.h"
#include "loop/scorecard/test_score.h"
#include "server/cairn/answer.h"
#include "server/cairn/governing.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

Result<TimeMs> TimeOr(const Call& call, std::string_view name, TimeMs otherwise) {
  const std::string text = call.Query(name);
  return text.empty() ? Result<TimeMs>(otherwise) : ParseTime(text);
}

Result<Json> ShowScore(const ScorecardRooms& rooms) {
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  const auto governing = CAIRN_TRY(GoverningIn(rooms.configurations));
  return scorecard::Judge(history, governing ? &governing->document : nullptr, rooms.clock.Now()).ToJson();
}

/// ?from=&until=
Result<Json> ShowDelivery(const ScorecardRooms& rooms, const Call& call) {
  const TimeMs from = CAIRN_TRY(TimeOr(call, "from", 0)),
               until = CAIRN_TRY(TimeOr(call, "until", rooms.clock.Now() + 1));
  if (from >= until) return Error{Reason::InvalidArgument, "'from' must lie before 'until'"};
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  return scorecard::Delivery::Of(history, from, until).ToJson();
}

Result<Json> ShowKpis(const ScorecardRooms& rooms) {
  Json items = Json::Array();
  const auto governing = CAIRN_TRY(GoverningIn(rooms.configurations));
  if (governing) {
    const auto charter = CAIRN_TRY(charter::Parse(governing->document));
    for (const auto& status : CAIRN_TRY(scorecard::StatusOf(charter.kpis, rooms.meters)))
      items.Push(ToJson(status));
  }
  return Json{{"items", std::move(items)}};
}

}  // namespace

Result<std::optional<Governing>> GoverningIn(const governance::Configurations& configurations) {
  auto accepted = CAIRN_TRY(configurations.Accepted());
  if (!accepted) return std::optional<Governing>();
  auto document = CAIRN_TRY(ParseYaml(accepted->text, "cairn.yaml"));
  return std::optional(Governing{std::move(*accepted), std::move(document)});
}

void MountScorecard(http::Router& router, ScorecardRooms given) {
  const auto rooms = std::make_shared<ScorecardRooms>(std::move(given));
  router.Get("/api/v1/score", Answer([rooms](const Call&) { return ShowScore(*rooms); }));
  router.Get("/api/v1/delivery", Answer([rooms](const Call& call) { return ShowDelivery(*rooms, call); }));
  router.Get("/api/v1/level", Answer([rooms](const Call&) -> Result<Json> {
               const auto history = CAIRN_TRY(scorecard::History::Read(rooms->log));
               return scorecard::MaturityOf(history).ToJson();
             }));
  router.Get("/api/v1/kpis", Answer([rooms](const Call&) { return ShowKpis(*rooms); }));
  MountOverview(router, *rooms);
}

}  // namespace cairn::api
