#include "ledger/governance/store/hold_table.h"

namespace cairn::governance {
namespace {

Hold HoldOf(const sql::Row& row) { return {row.Text(0), row.Text(1), row.Text(2), row.Int(3)}; }

}  // namespace

Result<std::optional<Hold>> ReadHold(sql::Connection& connection, const std::string& subject) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT subject, reason, actor, at_ms FROM legal_hold WHERE subject = $1", {subject}));
  if (rows.empty()) return std::optional<Hold>();
  return std::optional(HoldOf(rows.front()));
}

Result<std::vector<Hold>> HoldsIn(sql::Connection& connection) {
  std::vector<Hold> holds;
  for (const auto& row :
       CAIRN_TRY(connection.Run("SELECT subject, reason, actor, at_ms FROM legal_hold ORDER BY subject"))) {
    holds.push_back(HoldOf(row));
  }
  return holds;
}

Result<> InsertHold(sql::Connection& connection, const Hold& hold) {
  CAIRN_TRY(connection.Run("INSERT INTO legal_hold (subject, reason, actor, at_ms) VALUES ($1, $2, $3, $4)",
                           {hold.subject, hold.reason, hold.actor, hold.at}));
  return Done{};
}

Result<> EraseHold(sql::Connection& connection, const std::string& subject) {
  CAIRN_TRY(connection.Run("DELETE FROM legal_hold WHERE subject = $1", {subject}));
  return Done{};
}

Result<std::string> DecisionOn(sql::Connection& connection, std::string_view model,
                               std::string_view version) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT id FROM decision WHERE model = $1 AND ($2 = '' OR version = $2) ORDER "
                               "BY created_ms DESC LIMIT 1",
                               {model, version}));
  return rows.empty() ? std::string() : rows.front().Text(0);
}

}  // namespace cairn::governance
