#include "loop/charter/charter.h"
#include "loop/scorecard/costs.h"
#include "loop/scorecard/delivery.h"
#include "loop/scorecard/maturity.h"
#include "loop/scorecard/principles.h"
#include "loop/scorecard/regime.h"
#include "loop/scorecard/test_score.h"
#include "server/cairn/answer.h"
#include "server/cairn/governing.h"
#include "server/cairn/mount.h"
#include "server/cairn/permissions.h"

namespace cairn::api {
namespace {

Result<TimeMs> TimeOr(const Call& call, std::string_view name, TimeMs otherwise) {
  const std::string text = call.Query(name);
  return text.empty() ? Result<TimeMs>(otherwise) : ParseTime(text);
}

/// What a score is made from.
struct Scored {
  scorecard::History history;
  std::optional<Governing> governing;
};

Result<Scored> ScoredBy(const ScorecardRooms& rooms) {
  return Scored{CAIRN_TRY(scorecard::History::Read(rooms.log)), CAIRN_TRY(GoverningIn(rooms.configurations))};
}

Result<scorecard::TestScore> ScoreOf(const ScorecardRooms& rooms, const Scored& scored) {
  const Node* configuration = scored.governing ? &scored.governing->document : nullptr;
  return scorecard::Judge(scored.history, configuration, rooms.clock.Now());
}

/// `scored` must outlive it.
Result<scorecard::Profile> ProfileFor(const ScorecardRooms& rooms, const Scored& scored) {
  const Node* configuration = scored.governing ? &scored.governing->document : nullptr;
  return scorecard::ProfileOf(scored.history, configuration, rooms.clock.Now());
}

Result<Json> ShowScore(const ScorecardRooms& rooms) {
  const auto scored = CAIRN_TRY(ScoredBy(rooms));
  Json score = CAIRN_TRY(ScoreOf(rooms, scored)).ToJson();
  score.Set("findings", CAIRN_TRY(UnreviewedEmergencies(rooms.log, rooms.clock.Now())));
  return score;
}

/// ?from=&until=
Result<Json> ShowDelivery(const ScorecardRooms& rooms, const Call& call) {
  const TimeMs from = CAIRN_TRY(TimeOr(call, "from", 0)),
               until = CAIRN_TRY(TimeOr(call, "until", rooms.clock.Now() + 1));
  if (from >= until) return Error{Reason::InvalidArgument, "'from' must lie before 'until'"};
  const auto scored = CAIRN_TRY(ScoredBy(rooms));
  scorecard::Settings settings;
  if (scored.governing) settings = CAIRN_TRY(scorecard::ParseScorecard(scored.governing->document));
  return scorecard::Delivery::Of(scored.history, from, until).ToJson(settings.bands);
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
  router.Get(
      "/api/v1/principles", Answer([rooms](const Call&) -> Result<Json> {
        const auto scored = CAIRN_TRY(ScoredBy(*rooms));
        const Node* configuration = scored.governing ? &scored.governing->document : nullptr;
        return ToJson(CAIRN_TRY(scorecard::PrinciplesOf(scored.history, configuration, rooms->clock.Now())));
      }));
  router.Get("/api/v1/level", Answer([rooms](const Call&) -> Result<Json> {
               const auto scored = CAIRN_TRY(ScoredBy(*rooms));
               const auto profile = CAIRN_TRY(ProfileFor(*rooms, scored));
               Json level = scorecard::MaturityOf(scored.history).ToJson();
               level.Set("readiness", profile.readiness.ToJson());
               Json findings = CAIRN_TRY(UnreviewedEmergencies(rooms->log, rooms->clock.Now()));
               for (const auto& sentence : profile.Missing()) findings.Push(sentence);
               level.Set("findings", std::move(findings));
               return level;
             }));
  router.Get("/api/v1/governance", Answer([rooms](const Call&) -> Result<Json> {
               const auto scored = CAIRN_TRY(ScoredBy(*rooms));
               return CAIRN_TRY(ProfileFor(*rooms, scored)).ToJson();
             }));
  router.Get("/api/v1/risks", Answer([rooms](const Call&) -> Result<Json> {
               const auto scored = CAIRN_TRY(ScoredBy(*rooms));
               return ToJson(CAIRN_TRY(ProfileFor(*rooms, scored)).risks);
             }));
  router.Get("/api/v1/costs", Answer([rooms](const Call&) -> Result<Json> {
               const auto scored = CAIRN_TRY(ScoredBy(*rooms));
               const Node* configuration = scored.governing ? &scored.governing->document : nullptr;
               return CAIRN_TRY(scorecard::CostsOf(scored.history, configuration)).ToJson();
             }));
  router.Get("/api/v1/kpis", Answer([rooms](const Call&) { return ShowKpis(*rooms); }));
  MountCanvas(router, *rooms);
  MountOverview(router, *rooms);
}

}  // namespace cairn::api
