#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/metadata/event.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/merkle.h"

/// Every SQL sentence about events.
namespace cairn::metadata {

/// An event as its row holds it.
struct EventRow {
  std::string id;
  std::optional<std::int64_t> position;
  std::optional<std::int64_t> arrival;
  TimeMs at = 0;
  std::string kind, subject, actor, cause;
  std::string body;  ///< Canonical JSON.
  std::optional<std::string> leaf;
  bool well_formed = true;  ///< Whether every column holds the kind of value that was written there.
};

/// The bytes whose digest is the event's leaf: canonical JSON of {actor, at, body, cause, id, kind, position,
/// subject}. The body goes in as it is stored, so that no two rows have the same bytes.
std::string CanonicalBytes(const EventRow& row, std::int64_t position);

Result<> InsertEvent(sql::Connection& connection, const EventRow& row);

/// Up to `limit` events that wait for the sealer, in order of arrival.
Result<std::vector<EventRow>> WaitingEvents(sql::Connection& connection, std::int64_t limit);
struct Sealing {
  std::string id;
  std::int64_t position = 0;
  std::string leaf;
};
Result<> SealEvents(sql::Connection& connection, const std::vector<Sealing>& sealings);

/// Up to `limit` events with ids above `after`, in order of id: the table itself in its own order, whatever
/// its indexes say.
Result<std::vector<EventRow>> EventsById(sql::Connection& connection, const std::string& after,
                                         std::int64_t limit);
Result<std::vector<EventRow>> SealedEvents(sql::Connection& connection, const EventFilter& filter);
Result<std::vector<EventRow>> UnsealedEvents(sql::Connection& connection, const EventFilter& filter);
/// NotFound when there is no such event.
Result<EventRow> EventOfId(sql::Connection& connection, const std::string& id);
Result<std::int64_t> CountEvents(sql::Connection& connection);
/// The leaf digest of the event at `position`; NotFound when there is none.
Result<Digest> LeafAt(sql::Connection& connection, std::uint64_t position);

}  // namespace cairn::metadata
