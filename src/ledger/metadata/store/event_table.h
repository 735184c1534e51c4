#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/metadata/event.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/merkle.h"

/// Every SQL sentence about events.
namespace cairn::metadata {

/// An event as its row holds it. An event is sealed when a signed head covers its position.
struct EventRow {
  std::string id;
  /// Where it stands in the order. SQLite, where one writer follows another, gives it when the event is
  /// appended; elsewhere the sealer does. Of a row that was read by position or through the log's filters,
  /// none as long as it is not sealed.
  std::optional<std::int64_t> position;
  std::optional<std::int64_t> arrival;  ///< Of one that waits without a position.
  TimeMs at = 0;
  std::string kind, subject, actor, cause;
  std::string body;                 ///< Canonical JSON.
  std::optional<std::string> leaf;  ///< Of events that were sealed before there were tiles.
  bool well_formed = true;          ///< Whether every column holds the kind of value that was written there.
};

/// A row while it is being read.
struct EventView {
  std::string_view id, kind, subject, actor, cause, body;
  TimeMs at = 0;
  std::optional<std::int64_t> position, arrival;
  std::optional<std::string_view> leaf;
  bool well_formed = true;

  EventRow Row() const;
};

/// The bytes whose digest is the event's leaf: canonical JSON of {actor, at, body, cause, id, kind, position,
/// subject}. The body goes in as it is stored, so that no two rows have the same bytes.
std::string CanonicalBytes(const EventRow& row, std::int64_t position);
/// The same into `bytes`, over what is there.
void WriteCanonical(const EventView& event, std::int64_t position, std::string& bytes);

Result<> InsertEvent(sql::Connection& connection, const EventRow& row);

using TakeEvent = std::function<void(const EventView&)>;
/// Up to `limit` events that wait for the sealer when `size` are sealed: those that have their positions, in
/// order of these, then the others in order of arrival.
Result<> WaitingEvents(sql::Connection& connection, std::int64_t size, std::int64_t limit,
                       const TakeEvent& take);
Result<bool> AnyWaiting(sql::Connection& connection, std::int64_t size);
/// Gives waiting events, in this order, the positions from `first` on. Corrupt for an id that is no id of
/// ours.
Result<> PlaceEvents(sql::Connection& connection, std::int64_t first, const std::vector<std::string>& ids);

/// Up to `limit` events with ids above `after`, in order of id: the table itself in its own order, whatever
/// its indexes say. Gives how many.
Result<std::int64_t> EventsById(sql::Connection& connection, const std::string& after, std::int64_t limit,
                                const TakeEvent& take);
/// The leaves that events kept themselves before there were tiles, of positions below `size` in order.
Result<std::vector<Digest>> OldLeaves(sql::Connection& connection, std::int64_t size);
/// Whether an event stands at this position.
Result<bool> IsTaken(sql::Connection& connection, std::int64_t position);
Result<std::vector<EventRow>> SealedEvents(sql::Connection& connection, const EventFilter& filter);
Result<std::vector<EventRow>> UnsealedEvents(sql::Connection& connection, const EventFilter& filter);
/// Sealed and not, of these kinds at or before a moment: by position, then those without one by arrival.
Result<std::vector<EventRow>> EventsOfKinds(sql::Connection& connection,
                                            std::span<const std::string_view> kinds, TimeMs until);
/// NotFound when there is no such event.
Result<EventRow> EventOfId(sql::Connection& connection, const std::string& id);
Result<std::int64_t> CountEvents(sql::Connection& connection);

}  // namespace cairn::metadata
