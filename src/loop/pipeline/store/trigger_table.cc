#include "loop/pipeline/store/trigger_table.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kSelect = "SELECT name, subject, seen, changes, paused FROM pipeline_trigger ";

TriggerState StateOf(const sql::Row& row) {
  return {row.Text(0), row.Text(1), row.Text(2), row.Int(3), row.Int(4) != 0};
}

}  // namespace

Result<std::vector<TriggerState>> SelectTriggers(sql::Connection& connection) {
  std::vector<TriggerState> states;
  for (const auto& row : CAIRN_TRY(connection.Run(std::string(kSelect) + "ORDER BY name")))
    states.push_back(StateOf(row));
  return states;
}

Result<std::optional<TriggerState>> FindTrigger(sql::Connection& connection, std::string_view name) {
  const auto rows = CAIRN_TRY(connection.Run(std::string(kSelect) + "WHERE name = $1", {name}));
  return rows.empty() ? std::optional<TriggerState>() : std::optional(StateOf(rows.front()));
}

Result<> PutTrigger(sql::Connection& connection, const TriggerState& state) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO pipeline_trigger (name, subject, seen, changes, paused) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (name) DO UPDATE SET subject = excluded.subject, seen = excluded.seen, changes = "
      "excluded.changes, paused = excluded.paused",
      {state.name, state.subject, state.seen, state.changes,
       static_cast<std::int64_t>(state.paused ? 1 : 0)}));
  return Done{};
}

Result<bool> BeatOf(sql::Connection& connection, std::string_view home) {
  const auto beaten = CAIRN_TRY(connection.Run(
      "UPDATE pipeline_server SET beat = CASE WHEN beat < 0 THEN 1 ELSE beat + 1 END WHERE home "
      "= $1 RETURNING beat",
      {home}));
  return !beaten.empty();
}

Result<> AddServer(sql::Connection& connection, std::string_view home) {
  CAIRN_TRY(connection.Run("INSERT INTO pipeline_server (home, beat) VALUES ($1, 1)", {home}));
  return Done{};
}

Result<> LeaveServer(sql::Connection& connection, std::string_view home) {
  CAIRN_TRY(connection.Run("UPDATE pipeline_server SET beat = -1 WHERE home = $1", {home}));
  return Done{};
}

Result<bool> RemoveServer(sql::Connection& connection, std::string_view home, std::int64_t beat) {
  const auto removed = CAIRN_TRY(connection.Run(
      "DELETE FROM pipeline_server WHERE home = $1 AND beat = $2 RETURNING home", {home, beat}));
  return !removed.empty();
}

Result<std::vector<ServerBeat>> SelectServers(sql::Connection& connection) {
  std::vector<ServerBeat> servers;
  for (const auto& row : CAIRN_TRY(connection.Run("SELECT home, beat FROM pipeline_server ORDER BY home")))
    servers.push_back({row.Text(0), row.Int(1)});
  return servers;
}

}  // namespace cairn::pipeline
