#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/registry/guard.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

Result<std::optional<std::int64_t>> WholeNumber(const Call& call, std::string_view name) {
  const std::string text = call.Query(name);
  if (text.empty()) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(CAIRN_TRY(ParseInt(text)));
}

Result<std::optional<TimeMs>> Moment(const Call& call, std::string_view name) {
  const std::string text = call.Query(name);
  if (text.empty()) return std::optional<TimeMs>();
  return std::optional<TimeMs>(CAIRN_TRY(ParseTime(text)));
}

/// ?kind=&subject=&cause=&actor=&from=&until=&limit=&before=&order=oldest
Result<Json> ReadLog(const metadata::Log& log, const Call& call) {
  metadata::EventFilter filter;
  filter.kind = call.Query("kind");
  filter.subject = call.Query("subject");
  filter.cause = call.Query("cause");
  filter.actor = call.Query("actor");
  filter.from = CAIRN_TRY(Moment(call, "from"));
  filter.until = CAIRN_TRY(Moment(call, "until"));
  filter.limit = CAIRN_TRY(WholeNumber(call, "limit")).value_or(50);
  filter.before_position = CAIRN_TRY(WholeNumber(call, "before"));
  filter.after_position = CAIRN_TRY(WholeNumber(call, "after"));
  if (filter.limit < 1 || filter.limit > 10'000)
    return Error{Reason::InvalidArgument, "'limit' must be between 1 and 10000"};
  filter.order = call.Query("order") == "oldest" ? metadata::EventFilter::Order::OldestFirst
                                                 : metadata::EventFilter::Order::NewestFirst;
  Json items = Json::Array();
  for (const auto& event : CAIRN_TRY(log.Read(filter))) items.Push(ToJson(event));
  return Json{{"items", std::move(items)}};
}

/// The alias that was guarded at a moment.
Result<std::string> GuardedAt(const governance::Configurations& configurations, TimeMs at) {
  for (const auto& configuration : CAIRN_TRY(configurations.History())) {
    if (configuration.at <= at)
      return CAIRN_TRY(registry::GuardOf(CAIRN_TRY(ParseYaml(configuration.text, "an accepted cairn.yaml"))))
          .alias;
  }
  return registry::Guard().alias;
}

/// ?at=TIME&alias=NAME; without a name, the alias that was guarded then.
Result<Json> AsOf(const AuditRooms& rooms, const Call& call) {
  const auto at = CAIRN_TRY(ParseTime(call.Query("at")));
  std::string alias = call.Query("alias");
  if (alias.empty()) alias = CAIRN_TRY(GuardedAt(rooms.configurations, at));
  Json items = Json::Array();
  for (const auto& move : CAIRN_TRY(rooms.log.ProductionAt(at, alias))) items.Push(ToJson(move));
  return Json{{"at_ms", at}, {"alias", alias}, {"items", std::move(items)}};
}

}  // namespace

void MountAudit(http::Router& router, AuditRooms given) {
  const auto rooms = std::make_shared<AuditRooms>(std::move(given));
  router.Get("/api/v1/audit/log", Answer([rooms](const Call& call) { return ReadLog(rooms->log, call); }));
  router.Get("/api/v1/audit/as-of", Answer([rooms](const Call& call) { return AsOf(*rooms, call); }));
  router.Get("/api/v1/audit/verify", Answer([rooms](const Call&) -> Result<Json> {
               // What was committed before the call is sealed first, so that the verdict covers it. A store
               // that was tampered with may refuse to be sealed: then the verdict says why.
               const auto sealed = rooms->sealer.Seal();
               Json verdict =
                   CAIRN_TRY(rooms->log.Verify(rooms->heads_file, rooms->public_key, rooms->clock.Now()));
               if (!sealed) verdict.Set("sealing", sealed.error().message);
               return verdict;
             }));
  router.Get("/api/v1/audit/rebuild",
             Answer([rooms](const Call&) { return metadata::Rebuild(rooms->derived); }));
  router.Get("/api/v1/audit/proof/{event}", Answer([rooms](const Call& call) -> Result<Json> {
               CAIRN_TRY(rooms->sealer.Seal());
               return ToJson(CAIRN_TRY(rooms->log.InclusionOf(call.Path("event"))));
             }));
}

}  // namespace cairn::api
