#include "ledger/metadata/store/tree_table.h"

#include <string>

#include "ledger/metadata/store/event_table.h"

namespace cairn::metadata {
namespace {

TreeHead HeadOf(const sql::Row& row) {
  return {static_cast<std::uint64_t>(row.Int(0)), row.Text(1), row.Int(2), row.Text(3)};
}

}  // namespace

Result<> InsertNodes(sql::Connection& connection, const std::vector<Node>& nodes) {
  if (nodes.empty()) return Done{};
  std::vector<sql::Value> values;
  values.reserve(nodes.size() * 3);
  for (const auto& node : nodes) {
    values.emplace_back(std::int64_t{node.level});
    values.emplace_back(static_cast<std::int64_t>(node.index));
    values.emplace_back(TextOf(node.digest));
  }
  return connection.InsertRows("INSERT INTO merkle_node (level, place, digest)", 3, values);
}

NodeReader StoredNodes(sql::Connection& connection) {
  return [&connection](int level, std::uint64_t index) -> Result<Digest> {
    if (level == 0) return LeafAt(connection, index);
    const auto rows =
        CAIRN_TRY(connection.Run("SELECT digest FROM merkle_node WHERE level = $1 AND place = $2",
                                 {std::int64_t{level}, static_cast<std::int64_t>(index)}));
    if (rows.empty()) {
      return Error{Reason::NotFound,
                   "the log's tree has no node " + std::to_string(level) + ":" + std::to_string(index)};
    }
    return DigestOf(rows.front().Text(0));
  };
}

Result<std::vector<std::pair<std::uint64_t, std::string>>> NodesOfLevel(sql::Connection& connection,
                                                                        int level, std::int64_t from,
                                                                        std::int64_t limit) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT place, digest FROM merkle_node WHERE level = $1 AND place >= $2 ORDER BY place LIMIT $3",
      {level, from, limit}));
  std::vector<std::pair<std::uint64_t, std::string>> nodes;
  nodes.reserve(rows.size());
  for (const auto& row : rows) nodes.emplace_back(static_cast<std::uint64_t>(row.Int(0)), row.Text(1));
  return nodes;
}

Result<std::int64_t> CountNodes(sql::Connection& connection) {
  return CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM merkle_node")).front().Int(0);
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
  // Any fixed number will do: "cairn" in ASCII.
  if (connection.engine() == sql::Engine::Postgres)
    CAIRN_TRY(connection.Run("SELECT pg_advisory_xact_lock(426836062830)"));
  return Done{};
}

}  // namespace cairn::metadata
