#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

TreeHead HeadOf(const sql::Row& row) {
  return {static_cast<std::uint64_t>(row.Int(0)), row.Text(1), row.Int(2), row.Text(3)};
}

}  // namespace

Result<std::int64_t> CountOldNodes(sql::Connection& connection) {
  return CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM merkle_node")).front().Int(0);
}

Result<> ForgetOldNodes(sql::Connection& connection) {
  CAIRN_TRY(connection.Run("DELETE FROM merkle_node"));
  return Done{};
}

Result<> InsertHead(sql::Connection& connection, const TreeHead& head) {
  CAIRN_TRY(connection.Run("INSERT INTO tree_head (size, root, at_ms, signature) VALUES ($1, $2, $3, $4)",
                           {static_cast<std::int64_t>(head.size), head.root, head.at, head.signature}));
  return Done{};
}

Result<std::optional<TreeHead>> LastHead(sql::Connection& connection) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT size, root, at_ms, signature FROM tree_head ORDER BY size DESC LIMIT 1"));
  if (rows.empty()) return std::optional<TreeHead>();
  return std::optional(HeadOf(rows.front()));
}

Result<std::vector<TreeHead>> HeadsAfter(sql::Connection& connection, std::int64_t size) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT size, root, at_ms, signature FROM tree_head WHERE size > $1 ORDER BY size", {size}));
  std::vector<TreeHead> heads;
  heads.reserve(rows.size());
  for (const auto& row : rows) heads.push_back(HeadOf(row));
  return heads;
}

Result<> LockForSealing(sql::Connection& connection) {
  if (connection.engine() != sql::Engine::Postgres) return Done{};
  // The lock keeps other sealers out, and each statement sees what the last one of them committed. Nobody who
  // appends can be in the way of that, or be hindered by it.
  CAIRN_TRY(connection.Run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  // Any fixed number will do: "cairn" in ASCII.
  CAIRN_TRY(connection.Run("SELECT pg_advisory_xact_lock(426836062830)"));
  return Done{};
}

}  // namespace cairn::metadata
