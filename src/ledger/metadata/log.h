#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/metadata/event.h"

namespace cairn::metadata {

/// An event as the log holds it.
struct LoggedEvent {
  std::string id;
  std::optional<std::int64_t> position;  ///< Counted from 0; none until the sealer has seen it.
  TimeMs at = 0;
  Event event;
};
/// {"id", "position", "at", "kind", "subject", "actor", "cause", "body"}; position is null until sealed.
Json ToJson(const LoggedEvent& logged);

/// Which events, in which order. Empty texts and absent values restrict nothing.
struct EventFilter {
  std::string kind{};  ///< A whole kind, or a room or the like ending in '.': "registry." matches every kind
                       ///< that begins so.
  std::string subject{};
  std::string cause{};
  std::string actor{};
  std::optional<TimeMs> from{};                   ///< At or after.
  std::optional<TimeMs> until{};                  ///< At or before.
  std::optional<std::int64_t> after_position{};   ///< The next page, oldest first.
  std::optional<std::int64_t> before_position{};  ///< The next page, newest first.
  enum class Order { OldestFirst, NewestFirst } order = Order::OldestFirst;
  enum class Scope { Sealed, All } scope = Scope::All;
  std::int64_t limit = 1000;
};

/// What an alias named from `at` on. Built from events of kind "registry.alias_moved"; whoever moves an alias
/// writes one in the same transaction:
///   subject "model:NAME", actor who asked,
///   body {"model": NAME, "alias": ALIAS, "version": "3", "previous": "2", "decision": ID}
/// where "version" is "" when the alias was deleted, "previous" is "" when it was not set before, and
/// "decision" is "" where no decision is needed.
struct AliasMove {
  std::string model, alias;
  std::string version;
  std::string previous;
  std::string decision;
  std::string actor;
  /// From "governance.decision_approved" (body.principal), and "NAME (emergency)" from "emergency_released".
  /// Of a return that a promotion allowed in advance (body.promotion): those who approved the promotion.
  std::vector<std::string> approvers;
  std::string promotion;  ///< The id of that promotion's decision; "" for any other move.
  TimeMs at = 0;
  std::string event;  ///< The id of the event.
};
Json ToJson(const AliasMove& move);

/// A head and the digests that prove something below it.
struct Proof {
  std::int64_t index = 0;  ///< Of the leaf (inclusion), or the older size (consistency).
  std::int64_t size = 0;   ///< Of the tree.
  std::string leaf;        ///< Inclusion only.
  std::string root;
  std::vector<std::string> path;  ///< RFC 6962; hexadecimal.
};
Json ToJson(const Proof& proof);

/// The log of what happened: reads it and proves it. Safe from any thread.
class Log {
 public:
  /// The database must outlive the log.
  explicit Log(sql::Database& database) : database_(database) {}

  /// Sealed events come in order of position. With Scope::All those not yet sealed stand where the newest
  /// belong, in order of arrival: on the page that reaches the end (oldest first), or on the page without
  /// before_position (newest first). Consumers that must see every event exactly once use Scope::Sealed and
  /// go on after the last position seen.
  Result<std::vector<LoggedEvent>> Read(const EventFilter& filter) const;
  /// NotFound when there is no event with this id.
  Result<LoggedEvent> Find(const std::string& id) const;
  /// Whole number of events, sealed or not.
  Result<std::int64_t> Count() const;

  /// Every move of an alias in order; `model` or `alias` "" means any.
  Result<std::vector<AliasMove>> AliasHistory(std::string_view model, std::string_view alias) const;
  /// The last move of `alias` ("" for any) of each model at or before `at`, in order of model and alias; what
  /// was deleted by then is left out.
  Result<std::vector<AliasMove>> ProductionAt(TimeMs at, std::string_view alias) const;

  /// Recomputes everything from the first event: each event's leaf, the tree, each signed head in the store
  /// and in `heads_file` ("" or an absent file: none). `public_key` is the sealer's, base64 of 32 bytes. The
  /// verdict:
  ///   {"sound": bool, "events", "sealed", "unsealed", "root", "heads": {"store", "file"},
  ///    "proven": {"inside", "outside"}   events covered by the last good head in the store, and in the file,
  ///    "problems": [{"what", "position", "id", "kind", "message"}…]   by position, the first 100,
  ///    "notes": [text…]}   what could not be proven.
  /// "what" is one of altered, missing, inserted, moved, duplicate, cut, forged_head, damaged_head, forked,
  /// altered_node. Corrupt when the store cannot be read at all.
  Result<Json> Verify(const std::string& heads_file, const std::string& public_key, TimeMs now) const;

  /// That a sealed event is in the tree of the last head. NotFound for an unknown event, Conflict for one not
  /// yet sealed.
  Result<Proof> InclusionOf(const std::string& event_id) const;
  /// That the tree of `to` events begins with the tree of `from` events; 0 < from <= to <= size of the last
  /// head.
  Result<Proof> Consistency(std::int64_t from, std::int64_t to) const;

 private:
  sql::Database& database_;
};

}  // namespace cairn::metadata
