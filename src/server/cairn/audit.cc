#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/proven.h"
#include "loop/evidence/account.h"
#include "loop/evidence/state.h"
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
  const auto standing = CAIRN_TRY(rooms.log.ProductionAt(at, ""));
  for (const auto& move : standing) {
    if (move.alias == alias) items.Push(ToJson(move));
  }
  const auto state = CAIRN_TRY(evidence::StateAt(rooms.database, rooms.configurations, at, standing));
  return Json{
      {"at_ms", at}, {"alias", alias}, {"items", std::move(items)}, {"state", evidence::ToJson(state)}};
}

/// ?from=TIME&until=TIME; now unless given.
Result<Json> Differences(const AuditRooms& rooms, const Call& call) {
  const auto from = CAIRN_TRY(ParseTime(call.Query("from")));
  const auto until = CAIRN_TRY(Moment(call, "until")).value_or(rooms.clock.Now());
  if (from >= until) return Error{Reason::InvalidArgument, "'from' must lie before 'until'"};
  const auto before = CAIRN_TRY(evidence::StateAt(rooms.database, rooms.configurations, from));
  const auto after = CAIRN_TRY(evidence::StateAt(rooms.database, rooms.configurations, until));
  return Json{{"from_ms", from}, {"until_ms", until}, {"items", evidence::Difference(before, after)}};
}

/// The names that a word of the user's may stand for.
std::vector<std::string> NamesOf(const std::string& word) {
  if (word.find(':') != word.npos) return {word};
  std::vector<std::string> names;
  for (const char* kind :
       {"alias:", "model:", "dataset:", "decision:", "pipeline_run:", "run:", "configuration:", "rollout:"})
    names.push_back(kind + word);
  return names;
}

/// ?thing=MODEL/VERSION, MODEL@ALIAS, DATASET@VERSION, or the id of a decision, a run or an event.
Result<Json> Account(const AuditRooms& rooms, const Call& call) {
  const std::string word = call.Query("thing");
  if (word.empty()) return Error{Reason::InvalidArgument, "say of what: ?thing="};
  auto names = NamesOf(word);
  if (const auto event = rooms.log.Find(word)) names = {event->event.subject};
  for (const auto& name : names) {
    const auto account = evidence::AccountOf(rooms.log, name);
    if (account) return evidence::ToJson(name, *account, rooms.configurations);
    if (account.error().reason != Reason::NotFound) return account.error();
  }
  return Error{Reason::NotFound,
               "no event on record is about '" + word +
                   "': give MODEL/VERSION, MODEL@ALIAS, DATASET@VERSION, or the id of a decision, "
                   "a run or an event"};
}

/// ?from=POSITION&size=&limit=; of the newest head unless `size` says of which.
Result<Json> Export(const AuditRooms& rooms, const Call& call) {
  const auto size = CAIRN_TRY(WholeNumber(call, "size")).value_or(0);
  const auto from = CAIRN_TRY(WholeNumber(call, "from")).value_or(0);
  const auto limit = CAIRN_TRY(WholeNumber(call, "limit")).value_or(10'000);
  if (from < 0 || size < 0 || limit < 1 || limit > 10'000)
    return Error{Reason::InvalidArgument,
                 "'from' and 'size' must not be below 0, 'limit' between 1 and 10000"};
  if (size == 0) CAIRN_TRY(rooms.sealer.Seal());
  const auto head = CAIRN_TRY(metadata::HeadOf(rooms.database, size));
  Json lines = Json::Array();
  for (auto& line : CAIRN_TRY(
           metadata::CanonicalEvents(rooms.database, from, limit, static_cast<std::int64_t>(head.size))))
    lines.Push(std::move(line));
  return Json{{"head", metadata::ToJson(head)}, {"key", rooms.public_key}, {"events", std::move(lines)}};
}

}  // namespace

void MountAudit(http::Router& router, AuditRooms given) {
  const auto rooms = std::make_shared<AuditRooms>(std::move(given));
  router.Get("/api/v1/audit/log", Answer([rooms](const Call& call) { return ReadLog(rooms->log, call); }));
  router.Get("/api/v1/audit/as-of", Answer([rooms](const Call& call) { return AsOf(*rooms, call); }));
  router.Get("/api/v1/audit/diff", Answer([rooms](const Call& call) { return Differences(*rooms, call); }));
  router.Get("/api/v1/audit/account", Answer([rooms](const Call& call) { return Account(*rooms, call); }));
  router.Get("/api/v1/audit/export", Answer([rooms](const Call& call) { return Export(*rooms, call); }));
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
