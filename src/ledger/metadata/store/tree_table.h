#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/metadata/merkle.h"
#include "ledger/metadata/tree_head.h"

/// Every SQL sentence about the tree's nodes and its signed heads.
namespace cairn::metadata {

Result<> InsertNodes(sql::Connection& connection, const std::vector<Node>& nodes);
/// Reads complete nodes, the leaves from their events. NotFound for a node that is not there.
NodeReader StoredNodes(sql::Connection& connection);
/// Up to `limit` nodes of one level from `from` on, in order.
Result<std::vector<std::pair<std::uint64_t, std::string>>> NodesOfLevel(sql::Connection& connection,
                                                                        int level, std::int64_t from,
                                                                        std::int64_t limit);
Result<std::int64_t> CountNodes(sql::Connection& connection);

Result<> InsertHead(sql::Connection& connection, const TreeHead& head);
Result<std::optional<TreeHead>> LastHead(sql::Connection& connection);
/// Heads of more than `size` events, smallest first.
Result<std::vector<TreeHead>> HeadsAfter(sql::Connection& connection, std::int64_t size);

/// Lets one sealer at a time work on the log, until the transaction ends. SQLite has one writer anyway.
Result<> LockForSealing(sql::Connection& connection);

}  // namespace cairn::metadata
