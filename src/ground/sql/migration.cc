#include "ground/sql/migration.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

#include "ground/sql/database.h"
#include "ground/sql/script.h"

namespace cairn::sql {
namespace {

// The list of steps is wanted before any room's tables exist, so it is not itself a migration.
constexpr std::string_view kStepTable =
    "CREATE TABLE IF NOT EXISTS schema_step (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, "
    "digest TEXT NOT NULL, applied_ms BIGINT NOT NULL, PRIMARY KEY (room, number))";

using Applied = std::map<std::pair<std::string, std::int64_t>, std::string>;  // (room, number) to digest

/// FNV-1a (64 bits) and the length: enough to notice an edited step; nobody is kept from forging one.
std::string DigestOf(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return std::to_string(text.size()) + "-" + std::to_string(hash);
}

/// Several servers may start on one PostgreSQL at a time. The lock comes before the first look at the tables,
/// and READ COMMITTED makes that look a fresh one after the wait.
Result<> TakeTurn(Connection& connection) {
  if (connection.engine() == Engine::Sqlite) return {};
  CAIRN_TRY(connection.Run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  CAIRN_TRY(connection.Run("SELECT pg_advisory_xact_lock(4849055320136173)"));
  return {};
}

Result<Applied> AppliedIn(Connection& connection) {
  Applied applied;
  for (const Row& row : CAIRN_TRY(connection.Run("SELECT room, number, digest FROM schema_step"))) {
    applied.emplace(std::pair(row.Text(0), row.Int(1)), row.Text(2));
  }
  return applied;
}

Result<Applied> ReadApplied(Connection& connection) {
  CAIRN_TRY(connection.Run(kStepTable));
  return AppliedIn(connection);
}

Result<> CheckRoom(const RoomSchema& schema, const Applied& applied) {
  std::int64_t newest = 0;
  for (const Migration& step : schema.steps) {
    if (step.number <= newest) {
      return Error{Reason::Internal,
                   "The steps of room '" + schema.room + "' are out of order at '" + step.name + "'."};
    }
    newest = step.number;
    const auto known = applied.find({schema.room, step.number});
    if (known != applied.end() && known->second != DigestOf(step.text)) {
      return Error{Reason::Conflict, "The store's tables of '" + schema.room +
                                         "' were made by another text of step '" + step.name +
                                         "'; applied steps never change, so put the old text back and add a "
                                         "new step."};
    }
  }
  for (const auto& [step, digest] : applied) {
    if (step.first != schema.room || step.second <= newest) continue;
    return Error{Reason::Conflict, "The store's tables of '" + schema.room + "' are at step " +
                                       std::to_string(step.second) +
                                       ", but this program knows them only up to " + std::to_string(newest) +
                                       "; use the newer program."};
  }
  return {};
}

Result<> Apply(Connection& connection, const RoomSchema& schema, const Migration& step) {
  for (const std::string& statement : CAIRN_TRY(StatementsOf(step.text, connection.engine()))) {
    CAIRN_TRY(connection.Run(statement));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  CAIRN_TRY(connection.Run(
      "INSERT INTO schema_step (room, number, name, digest, applied_ms) VALUES ($1, $2, $3, $4, $5)",
      {schema.room, step.number, step.name, DigestOf(step.text), now_ms}));
  return {};
}

Result<Applied> LookUnderLock(Connection& connection) {
  CAIRN_TRY(TakeTurn(connection));
  return ReadApplied(connection);
}

Result<> ApplyIfMissing(Connection& connection, const RoomSchema& schema, const Migration& step) {
  const auto applied = CAIRN_TRY(LookUnderLock(connection));
  CAIRN_TRY(CheckRoom(schema, applied));
  if (applied.contains({schema.room, step.number})) return {};
  return Apply(connection, schema, step);
}

Result<> CheckComplete(const RoomSchema& schema, const Applied& applied) {
  CAIRN_TRY(CheckRoom(schema, applied));
  for (const Migration& step : schema.steps) {
    if (applied.contains({schema.room, step.number})) continue;
    return Error{Reason::Conflict,
                 "The store's tables of '" + schema.room + "' lack step '" + step.name +
                     "'; start the program on that store once, which brings it up to date."};
  }
  return {};
}

}  // namespace

Result<> Database::CheckMigrated(std::span<const RoomSchema* const> rooms) {
  auto applied = Read(AppliedIn);
  if (!applied)
    return Error{Reason::NotFound, "There is no store of this program there: " + applied.error().message};
  for (const RoomSchema* schema : rooms) CAIRN_TRY(CheckComplete(*schema, *applied));
  return {};
}

Result<> Database::Migrate(std::span<const RoomSchema* const> rooms) {
  const auto applied = CAIRN_TRY(Transact(LookUnderLock));
  for (const RoomSchema* schema : rooms) CAIRN_TRY(CheckRoom(*schema, applied));
  for (const RoomSchema* schema : rooms) {
    for (const Migration& step : schema->steps) {
      if (applied.contains({schema->room, step.number})) continue;
      const auto apply = [&](Connection& connection) { return ApplyIfMissing(connection, *schema, step); };
      CAIRN_TRY(Transact(apply));
    }
  }
  return {};
}

}  // namespace cairn::sql
