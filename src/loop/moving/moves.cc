#include "loop/moving/moves.h"

#include <vector>

#include "ledger/metadata/event.h"

namespace cairn::moving {

Result<std::map<std::string, tracking::ExperimentId>> MovedExperiments(sql::Database& database,
                                                                       const std::string& source) {
  const auto rows = CAIRN_TRY(database.Read([&](sql::Connection& c) {
    return c.Run("SELECT theirs, ours FROM moved_experiment WHERE source = $1", {source});
  }));
  std::map<std::string, tracking::ExperimentId> moved;
  for (const auto& row : rows) moved[row.Text(0)] = row.Int(1);
  return moved;
}

Result<> RecordExperiment(sql::Database& database, const std::string& source, tracking::ExperimentId theirs,
                          tracking::ExperimentId ours) {
  return database.Transact([&](sql::Connection& c) -> Result<> {
    CAIRN_TRY(
        c.Run("INSERT INTO moved_experiment (source, theirs, ours) VALUES ($1, $2, $3) "
              "ON CONFLICT (source, theirs) DO UPDATE SET ours = excluded.ours",
              {source, std::to_string(theirs), ours}));
    return {};
  });
}

Result<std::set<std::string>> UnfinishedMoves(sql::Database& database) {
  const auto rows =
      CAIRN_TRY(database.Read([](sql::Connection& c) { return c.Run("SELECT run FROM unfinished_move"); }));
  std::set<std::string> runs;
  for (const auto& row : rows) runs.insert(row.Text(0));
  return runs;
}

Result<> BeginMoves(sql::Database& database, std::span<const std::string> runs) {
  if (runs.empty()) return {};
  const std::vector<sql::Value> rows(runs.begin(), runs.end());
  return database.Transact([&](sql::Connection& c) {
    return c.InsertRows("INSERT INTO unfinished_move (run)", 1, rows, "ON CONFLICT (run) DO NOTHING");
  });
}

Result<> EndMoves(sql::Database& database, std::span<const std::string> runs) {
  if (runs.empty()) return {};
  return database.Transact([&](sql::Connection& c) -> Result<> {
    for (const auto& run : runs) CAIRN_TRY(c.Run("DELETE FROM unfinished_move WHERE run = $1", {run}));
    return {};
  });
}

Result<> Finish(sql::Database& database, TimeMs now, const FinishedMove& move) {
  return database.Transact([&](sql::Connection& c) -> Result<> {
    const auto before = CAIRN_TRY(c.Run("SELECT at_ms FROM finished_move WHERE source = $1", {move.source}));
    if (!before.empty() && !move.changed) return {};
    CAIRN_TRY(
        c.Run("INSERT INTO finished_move (source, at_ms, digest) VALUES ($1, $2, $3) "
              "ON CONFLICT (source) DO UPDATE SET at_ms = excluded.at_ms, digest = excluded.digest",
              {move.source, now, move.digest}));
    CAIRN_TRY(metadata::Append(
        c, now, {"moving.imported", "store:" + move.source, move.actor, move.cause, move.body}));
    return {};
  });
}

}  // namespace cairn::moving
