#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/metadata/tree_head.h"

/// Every SQL sentence about the tree's signed heads, and about its nodes of before there were tiles.
namespace cairn::metadata {

/// How many nodes the store still has in the form of before there were tiles: all above the leaves.
Result<std::int64_t> CountOldNodes(sql::Connection& connection);
Result<> ForgetOldNodes(sql::Connection& connection);

Result<> InsertHead(sql::Connection& connection, const TreeHead& head);
Result<std::optional<TreeHead>> LastHead(sql::Connection& connection);
/// Heads of more than `size` events, smallest first.
Result<std::vector<TreeHead>> HeadsAfter(sql::Connection& connection, std::int64_t size);

/// Lets one sealer at a time work on the log, until the transaction ends. SQLite has one writer anyway.
Result<> LockForSealing(sql::Connection& connection);

}  // namespace cairn::metadata
