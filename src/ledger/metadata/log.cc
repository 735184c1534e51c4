#include "ledger/metadata/log.h"

#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "ledger/metadata/recall.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/tiles.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

Result<LoggedEvent> LoggedOf(EventRow row) {
  auto body = Json::Parse(row.body);
  if (!row.well_formed || !body) {
    return Error{Reason::Corrupt,
                 "the event " + row.id + " cannot be read: it was altered; 'cairn audit verify' tells more"};
  }
  return LoggedEvent{std::move(row.id), row.position, row.at,
                     Event{std::move(row.kind), std::move(row.subject), std::move(row.actor),
                           std::move(row.cause), *std::move(body)}};
}

Result<std::vector<EventRow>> RowsFor(sql::Connection& connection, const EventFilter& filter) {
  const bool newest = filter.order == EventFilter::Order::NewestFirst;
  const bool with_unsealed = filter.scope == EventFilter::Scope::All && !(newest && filter.before_position);
  if (!with_unsealed) return SealedEvents(connection, filter);
  auto rows = CAIRN_TRY(newest ? UnsealedEvents(connection, filter) : SealedEvents(connection, filter));
  EventFilter rest = filter;
  rest.limit -= static_cast<std::int64_t>(rows.size());
  if (rest.limit <= 0) return rows;
  auto others = CAIRN_TRY(newest ? SealedEvents(connection, rest) : UnsealedEvents(connection, rest));
  std::move(others.begin(), others.end(), std::back_inserter(rows));
  return rows;
}

Result<std::vector<LoggedEvent>> ReadIn(sql::Connection& connection, const EventFilter& filter) {
  std::vector<LoggedEvent> events;
  for (auto& row : CAIRN_TRY(RowsFor(connection, filter)))
    events.push_back(CAIRN_TRY(LoggedOf(std::move(row))));
  return events;
}

/// Who approved `decision`, and the promotion that did when it was approved in advance.
Result<> FindApprovers(sql::Connection& connection, const std::string& decision, AliasMove& move) {
  if (decision.empty()) return Done{};
  for (const auto& logged :
       CAIRN_TRY(EventsIn(connection, "governance.decision_approved", "decision:" + decision))) {
    const std::string promotion = logged.event.body.Text("promotion");
    if (!promotion.empty() && move.promotion.empty()) {
      move.promotion = promotion;
      return FindApprovers(connection, promotion, move);
    }
    move.approvers.push_back(logged.event.body.Text("principal"));
  }
  for (const auto& logged :
       CAIRN_TRY(EventsIn(connection, "governance.emergency_released", "decision:" + decision)))
    move.approvers.push_back(logged.event.body.Text("principal") + " (emergency)");
  return Done{};
}

AliasMove MoveOf(const LoggedEvent& logged) {
  const Json& body = logged.event.body;
  AliasMove move;
  move.model = body.Text("model");
  move.alias = body.Text("alias");
  move.version = body.Text("version");
  move.previous = body.Text("previous");
  move.decision = body.Text("decision");
  move.actor = logged.event.actor;
  move.at = logged.at;
  move.event = logged.id;
  return move;
}

/// In order, without who approved them.
Result<std::vector<AliasMove>> MovesIn(sql::Connection& connection, EventFilter filter,
                                       std::string_view alias) {
  filter.kind = "registry.alias_moved";
  std::vector<AliasMove> moves;
  for (const auto& logged : CAIRN_TRY(ReadIn(connection, filter))) {
    AliasMove move = MoveOf(logged);
    if (alias.empty() || move.alias == alias) moves.push_back(std::move(move));
  }
  return moves;
}

std::string SubjectOf(std::string_view model) { return model.empty() ? "" : "model:" + std::string(model); }

Result<TreeHead> HeadFor(sql::Connection& connection) {
  auto head = CAIRN_TRY(LastHead(connection));
  if (!head) return Error{Reason::Conflict, "no event was sealed yet, so there is nothing to prove"};
  return *std::move(head);
}

std::vector<std::string> TextsOf(const std::vector<Digest>& digests) {
  std::vector<std::string> texts;
  for (const auto& digest : digests) texts.push_back(TextOf(digest));
  return texts;
}

Json ArrayOf(const std::vector<std::string>& texts) {
  Json array = Json::Array();
  for (const auto& text : texts) array.Push(text);
  return array;
}

}  // namespace

Result<std::vector<LoggedEvent>> EventsIn(sql::Connection& connection, const std::string& kind,
                                          const std::string& subject) {
  EventFilter filter;
  filter.kind = kind;
  filter.subject = subject;
  filter.limit = kUnlimited;
  return ReadIn(connection, filter);
}

Result<std::vector<LoggedEvent>> EventsUntil(sql::Database& database, std::span<const std::string_view> kinds,
                                             TimeMs until) {
  return database.Read([&](sql::Connection& connection) -> Result<std::vector<LoggedEvent>> {
    std::vector<LoggedEvent> events;
    for (auto& row : CAIRN_TRY(EventsOfKinds(connection, kinds, until)))
      events.push_back(CAIRN_TRY(LoggedOf(std::move(row))));
    return events;
  });
}

Json ToJson(const LoggedEvent& logged) {
  const Event& event = logged.event;
  return Json{{"id", logged.id},          {"position", logged.position ? Json(*logged.position) : Json()},
              {"at", logged.at},          {"kind", event.kind},
              {"subject", event.subject}, {"actor", event.actor},
              {"cause", event.cause},     {"body", event.body}};
}

Json ToJson(const AliasMove& move) {
  return Json{{"model", move.model},
              {"alias", move.alias},
              {"version", move.version},
              {"previous", move.previous},
              {"at", move.at},
              {"actor", move.actor},
              {"decision", move.decision},
              {"approvers", ArrayOf(move.approvers)},
              {"preauthorised_by", move.promotion},
              {"event", move.event}};
}

Json ToJson(const Proof& proof) {
  Json json{
      {"index", proof.index}, {"size", proof.size}, {"root", proof.root}, {"path", ArrayOf(proof.path)}};
  if (!proof.leaf.empty()) json.Set("leaf", proof.leaf);
  return json;
}

Result<std::vector<LoggedEvent>> Log::Read(const EventFilter& filter) const {
  return database_.Read([&](sql::Connection& connection) { return ReadIn(connection, filter); });
}

Result<LoggedEvent> Log::Find(const std::string& id) const {
  return database_.Read([&](sql::Connection& connection) -> Result<LoggedEvent> {
    return LoggedOf(CAIRN_TRY(EventOfId(connection, id)));
  });
}

Result<std::int64_t> Log::Count() const {
  return database_.Read([&](sql::Connection& connection) { return CountEvents(connection); });
}

Result<std::vector<AliasMove>> Log::AliasHistory(std::string_view model, std::string_view alias) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<AliasMove>> {
    auto moves = CAIRN_TRY(MovesIn(connection, {.subject = SubjectOf(model), .limit = kUnlimited}, alias));
    for (auto& move : moves) CAIRN_TRY(FindApprovers(connection, move.decision, move));
    return moves;
  });
}

Result<std::vector<AliasMove>> Log::ProductionAt(TimeMs at, std::string_view alias) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<AliasMove>> {
    std::map<std::pair<std::string, std::string>, AliasMove> latest;
    for (auto& move : CAIRN_TRY(MovesIn(connection, {.until = at, .limit = kUnlimited}, alias))) {
      auto name = std::pair(move.model, move.alias);
      latest.insert_or_assign(std::move(name), std::move(move));
    }
    std::vector<AliasMove> standing;
    for (auto& [name, move] : latest) {
      if (move.version.empty()) continue;
      CAIRN_TRY(FindApprovers(connection, move.decision, move));
      standing.push_back(std::move(move));
    }
    return standing;
  });
}

Result<Proof> Log::InclusionOf(const std::string& event_id) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Proof> {
    const auto row = CAIRN_TRY(EventOfId(connection, event_id));
    if (!row.position)
      return Error{Reason::Conflict, "event '" + event_id + "' is not sealed yet; ask again in a moment"};
    const auto head = CAIRN_TRY(HeadFor(connection));
    const auto index = static_cast<std::uint64_t>(*row.position);
    const auto path = CAIRN_TRY(InclusionProof(index, head.size, StoredNodes(connection)));
    return Proof{*row.position, static_cast<std::int64_t>(head.size),
                 TextOf(LeafDigest(CanonicalBytes(row, *row.position))), head.root, TextsOf(path)};
  });
}

Result<Proof> Log::Consistency(std::int64_t from, std::int64_t to) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Proof> {
    const auto head = CAIRN_TRY(HeadFor(connection));
    if (from < 1 || from > to || std::cmp_greater(to, head.size)) {
      return Error{Reason::InvalidArgument,
                   "a consistency proof needs 0 < from <= to <= " + std::to_string(head.size)};
    }
    const auto size = static_cast<std::uint64_t>(to);
    const NodeReader read = StoredNodes(connection);
    const auto path = CAIRN_TRY(ConsistencyProof(static_cast<std::uint64_t>(from), size, read));
    return Proof{from, to, "", TextOf(CAIRN_TRY(RootAt(size, read))), TextsOf(path)};
  });
}

}  // namespace cairn::metadata
