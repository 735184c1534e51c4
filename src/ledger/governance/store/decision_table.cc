#include "ledger/governance/store/decision_table.h"

#include <array>

#include "ledger/governance/warrant.h"
#include "ledger/metadata/recall.h"

namespace cairn::governance {
namespace {

constexpr std::array kStates = {State::Open,    State::Approved, State::Rejected,
                                State::Expired, State::Void,     State::Redeemed};
constexpr std::string_view kColumns =
    "id, action, model, version, alias, rules, seen, state, authority, required, created_ms, proposer, "
    "cause, reason";

Rule RuleOf(const Json& json) {
  return {json.Text("name"), json.Bool("passed"), json.At("value"), json.At("bound"), json.Text("detail")};
}

const char* AuthorityOf(const Decision& decision) {
  if (!decision.emergency.empty()) return "emergency";
  return decision.authority == Approval::Policy ? "policy" : "human";
}

/// The reason and the release itself, from the event that tells of it.
Result<> FindEmergency(sql::Connection& connection, Decision& decision) {
  const auto events =
      CAIRN_TRY(metadata::EventsIn(connection, "governance.emergency_released", "decision:" + decision.id));
  for (const auto& event : events) {
    decision.emergency = event.event.body.Text("reason");
    for (Vote& vote : decision.votes) vote.emergency = vote.signature == event.event.body.Text("signature");
  }
  if (!events.empty()) return Done{};
  return Error{Reason::Corrupt, "the decision " + decision.id +
                                    " says that it was released in an emergency, and no event tells of it"};
}

Result<Decision> DecisionOfRow(sql::Connection& connection, const sql::Row& row) {
  Decision decision;
  decision.id = row.Text(0);
  decision.act = {row.Text(1), row.Text(2), row.Text(3), row.Text(4)};
  const Json rules = CAIRN_TRY(Json::Parse(row.Text(5)));
  for (const auto& rule : rules.items()) decision.rules.push_back(RuleOf(rule));
  decision.seen = CAIRN_TRY(Json::Parse(row.Text(6)));
  for (const State state : kStates) {
    if (row.Text(7) == NameOf(state)) decision.state = state;
  }
  decision.authority = row.Text(8) == "policy" ? Approval::Policy : Approval::Human;
  decision.required = row.Int(9);
  decision.created_at = row.Int(10);
  decision.proposer = row.Text(11);
  decision.cause = row.Text(12);
  decision.reason = row.Text(13);
  const auto votes =
      CAIRN_TRY(connection.Run("SELECT principal, public_key, signature, at_ms FROM approval WHERE decision "
                               "= $1 ORDER BY at_ms, principal",
                               {decision.id}));
  for (const auto& vote : votes)
    decision.votes.push_back({vote.Text(0), vote.Text(1), vote.Text(2), vote.Int(3)});
  CAIRN_TRY(NameDelegations(connection, decision));
  if (row.Text(8) == "emergency") CAIRN_TRY(FindEmergency(connection, decision));
  return decision;
}

}  // namespace

Result<> InsertDecision(sql::Connection& connection, const Decision& decision) {
  Json rules = Json::Array();
  for (const auto& rule : decision.rules) rules.Push(ToJson(rule));
  CAIRN_TRY(connection.Run(
      "INSERT INTO decision (id, action, model, version, alias, rules, seen, state, authority, required, "
      "created_ms, proposer, cause, reason) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
      {decision.id, decision.act.action, decision.act.model, decision.act.version, decision.act.alias,
       rules.Canonical(), decision.seen.Canonical(), NameOf(decision.state), AuthorityOf(decision),
       decision.required, decision.created_at, decision.proposer, decision.cause, decision.reason}));
  return Done{};
}

Result<> InsertVote(sql::Connection& connection, const std::string& decision, const Vote& vote) {
  auto inserted = connection.Run(
      "INSERT INTO approval (decision, principal, public_key, signature, at_ms) VALUES ($1, $2, $3, $4, $5)",
      {decision, vote.principal, vote.public_key, vote.signature, vote.at});
  if (!inserted && inserted.error().reason == Reason::AlreadyExists) {
    return Error{Reason::Conflict, "'" + vote.principal + "' has approved the decision " + decision +
                                       " already; somebody else must"};
  }
  if (!inserted) return inserted.error();
  return Done{};
}

Result<> PutVote(sql::Connection& connection, const std::string& decision, const Vote& vote) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO approval (decision, principal, public_key, signature, at_ms) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (decision, principal) DO UPDATE SET public_key = excluded.public_key, signature = "
      "excluded.signature, at_ms = excluded.at_ms",
      {decision, vote.principal, vote.public_key, vote.signature, vote.at}));
  return Done{};
}

Result<Decision> DecisionOf(sql::Connection& connection, const std::string& id) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT " + std::string(kColumns) + " FROM decision WHERE id = $1", {id}));
  if (rows.empty()) return Error{Reason::NotFound, "there is no decision '" + id + "'"};
  return DecisionOfRow(connection, rows.front());
}

Result<Decision> LockedDecision(sql::Connection& connection, const std::string& id) {
  CAIRN_TRY(connection.Run("UPDATE decision SET state = state WHERE id = $1", {id}));
  return DecisionOf(connection, id);
}

Result<> MoveDecision(sql::Connection& connection, const Decision& decision,
                      std::initializer_list<State> from, State to) {
  for (const State state : from) {
    const auto moved = CAIRN_TRY(
        connection.Run("UPDATE decision SET state = $3, authority = $4, reason = $5 WHERE id = $1 AND state "
                       "= $2 RETURNING id",
                       {decision.id, NameOf(state), NameOf(to), AuthorityOf(decision), decision.reason}));
    if (!moved.empty()) return Done{};
  }
  return Error{Reason::Conflict, "the decision " + decision.id + " was closed by somebody else meanwhile"};
}

Result<std::vector<Decision>> DecisionsIn(sql::Connection& connection, std::string_view model,
                                          std::string_view alias, std::string_view action,
                                          std::string_view state, std::int64_t limit) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT " + std::string(kColumns) +
                                   " FROM decision WHERE ($1 = '' OR model = $1) AND ($2 = '' OR alias = $2) "
                                   "AND ($3 = '' OR action = $3) "
                                   "AND ($4 = '' OR state = $4) ORDER BY created_ms DESC, id DESC LIMIT $5",
                               {model, alias, action, state, limit}));
  std::vector<Decision> decisions;
  for (const auto& row : rows) decisions.push_back(CAIRN_TRY(DecisionOfRow(connection, row)));
  return decisions;
}

Result<std::string> PendingDecision(sql::Connection& connection, std::string_view model,
                                    std::string_view version) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT id FROM decision WHERE model = $1 AND version = $2 AND "
                               "state IN ('open', 'approved') ORDER BY created_ms DESC, id DESC LIMIT 1",
                               {model, version}));
  return rows.empty() ? std::string() : rows.front().Text(0);
}

Result<bool> AnyAllows(sql::Connection& connection, std::string_view model, std::string_view version,
                       std::string_view alias) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT id FROM decision WHERE model = $1 AND alias = $2 AND version = $3 AND "
                               "state IN ('approved', 'redeemed') LIMIT 1",
                               {model, alias, version}));
  return !rows.empty();
}

}  // namespace cairn::governance
