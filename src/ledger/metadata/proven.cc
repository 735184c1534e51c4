#include "ledger/metadata/proven.h"

#include <algorithm>
#include <utility>

#include "ledger/metadata/merkle.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/tiles.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

Result<ProvenEvent> ProvenOf(const EventRow& row, const TreeHead& head, const NodeReader& read) {
  const auto position = static_cast<std::uint64_t>(*row.position);
  ProvenEvent event{row.id, CanonicalBytes(row, *row.position), {}};
  event.proof.index = *row.position;
  event.proof.size = static_cast<std::int64_t>(head.size);
  event.proof.leaf = TextOf(LeafDigest(event.bytes));
  event.proof.root = head.root;
  for (const Digest& digest : CAIRN_TRY(InclusionProof(position, head.size, read)))
    event.proof.path.push_back(TextOf(digest));
  return event;
}

}  // namespace

Result<TreeHead> HeadOf(sql::Database& database, std::int64_t size) {
  return database.Read([&](sql::Connection& connection) -> Result<TreeHead> {
    if (size == 0) {
      if (const auto last = CAIRN_TRY(LastHead(connection))) return *last;
      return Error{Reason::NotFound, "no event was sealed yet, so there is nothing to prove"};
    }
    const auto heads = CAIRN_TRY(HeadsAfter(connection, size - 1));
    if (!heads.empty() && std::cmp_equal(heads.front().size, size)) return heads.front();
    return Error{
        Reason::NotFound,
        "no head was signed over the log's first " + std::to_string(size) + " events" +
            (heads.empty() ? std::string() : "; one was over " + std::to_string(heads.front().size))};
  });
}

Result<std::vector<std::string>> CanonicalEvents(sql::Database& database, std::int64_t from,
                                                 std::int64_t limit, std::int64_t size) {
  return database.Read([&](sql::Connection& connection) -> Result<std::vector<std::string>> {
    EventFilter filter;
    filter.scope = EventFilter::Scope::Sealed;
    if (from > 0) filter.after_position = from - 1;
    filter.limit = std::min(limit, size - from);
    std::vector<std::string> lines;
    if (filter.limit <= 0) return lines;
    for (const auto& row : CAIRN_TRY(SealedEvents(connection, filter)))
      lines.push_back(CanonicalBytes(row, *row.position));
    return lines;
  });
}

Result<std::vector<ProvenEvent>> Prove(sql::Database& database, const std::vector<std::string>& ids,
                                       const TreeHead& head) {
  return database.Read([&](sql::Connection& connection) -> Result<std::vector<ProvenEvent>> {
    const NodeReader read = StoredNodes(connection);
    std::vector<ProvenEvent> events;
    for (const auto& id : ids) {
      const auto row = CAIRN_TRY(EventOfId(connection, id));
      if (row.position && std::cmp_less(*row.position, head.size))
        events.push_back(CAIRN_TRY(ProvenOf(row, head, read)));
    }
    std::sort(events.begin(), events.end(),
              [](const ProvenEvent& a, const ProvenEvent& b) { return a.proof.index < b.proof.index; });
    return events;
  });
}

}  // namespace cairn::metadata
