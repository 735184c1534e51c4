#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/sql/database.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/tree_head.h"

/// Events with what it takes to prove them to somebody who has neither the store nor this program.
namespace cairn::metadata {

/// The signed head over the log's first `size` events; the last one for 0. NotFound without such a head.
Result<TreeHead> HeadOf(sql::Database& database, std::int64_t size = 0);

struct ProvenEvent {
  std::string id;
  std::string bytes;  ///< The canonical text of {actor, at, body, cause, id, kind, position, subject}, of
                      ///< which the leaf is the digest.
  Proof proof;        ///< That it is in the tree of the head.
};
/// Those of `ids` that are among the head's events, in order of their positions. NotFound for an unknown one.
Result<std::vector<ProvenEvent>> Prove(sql::Database& database, const std::vector<std::string>& ids,
                                       const TreeHead& head);

/// The canonical texts of the log's events from position `from` on, at most `limit`, of the first `size`:
/// lines of which anybody can make the tree again.
Result<std::vector<std::string>> CanonicalEvents(sql::Database& database, std::int64_t from,
                                                 std::int64_t limit, std::int64_t size);

}  // namespace cairn::metadata
