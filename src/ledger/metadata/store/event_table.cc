#include "ledger/metadata/store/event_table.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>
#include <variant>

namespace cairn::metadata {
namespace {

// The last column tells whether the texts are stored as text: SQLite may hold any kind of value in any column
// of a damaged or doctored file.
constexpr std::string_view kColumns = "id, position, arrival, at_ms, kind, subject, actor, cause, body, leaf";

/// Where the positions end that signed heads cover.
#define CAIRN_SEALED_SIZE "(SELECT COALESCE(MAX(size), 0) FROM tree_head)"

// As the log shows them: the position only of what is sealed.
constexpr std::string_view kShownColumns =
    "id, CASE WHEN position < " CAIRN_SEALED_SIZE
    " THEN position END, arrival, at_ms, kind, subject, actor, cause, body, leaf";

/// Takes columns of one row with the kind they must have, and remembers whether one had another: SQLite may
/// hold any kind of value in any column of a damaged or doctored file.
class StrictRow {
 public:
  explicit StrictRow(const sql::Row& row) : row_(row) {}
  std::string_view Text() {
    const auto* text = std::get_if<std::string>(&row_.At(next_++).state());
    if (text == nullptr) well_formed_ = false;
    return text == nullptr ? std::string_view() : *text;
  }
  std::int64_t Int() {
    const auto* number = std::get_if<std::int64_t>(&row_.At(next_++).state());
    if (number == nullptr) well_formed_ = false;
    return number == nullptr ? 0 : *number;
  }
  std::optional<std::int64_t> OptionalInt() {
    const auto& state = row_.At(next_++).state();
    const auto* number = std::get_if<std::int64_t>(&state);
    if (number == nullptr && state.index() != 0) well_formed_ = false;
    return number == nullptr ? std::nullopt : std::optional(*number);
  }
  std::optional<std::string_view> OptionalText() {
    const auto& state = row_.At(next_++).state();
    const auto* text = std::get_if<std::string>(&state);
    if (text == nullptr && state.index() != 0) well_formed_ = false;
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
  }
  bool well_formed() const { return well_formed_; }

 private:
  const sql::Row& row_;
  std::size_t next_ = 0;
  bool well_formed_ = true;
};

EventView ViewOf(const sql::Row& stored) {
  StrictRow columns(stored);
  EventView event;
  event.id = columns.Text();
  event.position = columns.OptionalInt();
  event.arrival = columns.OptionalInt();
  event.at = columns.Int();
  event.kind = columns.Text();
  event.subject = columns.Text();
  event.actor = columns.Text();
  event.cause = columns.Text();
  event.body = columns.Text();
  event.leaf = columns.OptionalText();
  event.well_formed = columns.well_formed();
  return event;
}

EventView ViewOf(const EventRow& row) {
  return {row.id, row.kind, row.subject, row.actor, row.cause, row.body, row.at, {}, {}, {}, true};
}

/// A WHERE clause in the making.
class Conditions {
 public:
  explicit Conditions(std::string first) : text_(std::move(first)) {}
  void Add(std::string_view comparison, sql::Value value) {
    values_.push_back(std::move(value));
    text_ += " AND " + std::string(comparison) + Last();
  }
  std::string Bind(sql::Value value) {
    values_.push_back(std::move(value));
    return Last();
  }
  const std::string& text() const { return text_; }
  const std::vector<sql::Value>& values() const { return values_; }

 private:
  std::string Last() const { return "$" + std::to_string(values_.size()); }

  std::string text_;
  std::vector<sql::Value> values_;
};

/// Whether a filter may choose the index.
enum class Index { Filters, Other };

void AddFilter(Conditions& conditions, const EventFilter& filter, Index index) {
  // An expression has no index.
  const auto column = [index](const char* name) {
    return std::string(name) + (index == Index::Filters ? " " : " || '' ");
  };
  if (filter.kind.ends_with('.')) {
    // A range instead of LIKE: it uses the index, and '_' stays an ordinary character. '/' follows '.'.
    conditions.Add(column("kind") + ">= ", filter.kind);
    conditions.Add(column("kind") + "< ", filter.kind.substr(0, filter.kind.size() - 1) + "/");
  } else if (!filter.kind.empty()) {
    conditions.Add(column("kind") + "= ", filter.kind);
  }
  if (!filter.subject.empty()) conditions.Add(column("subject") + "= ", filter.subject);
  if (!filter.cause.empty()) conditions.Add(column("cause") + "= ", filter.cause);
  if (!filter.actor.empty()) conditions.Add("actor = ", filter.actor);
  if (filter.from) conditions.Add("at_ms >= ", *filter.from);
  if (filter.until) conditions.Add("at_ms <= ", *filter.until);
}

Result<std::vector<EventRow>> Select(sql::Connection& connection, const Conditions& conditions,
                                     std::string_view tail) {
  const std::string statement =
      "SELECT " + std::string(kShownColumns) + " FROM event WHERE " + conditions.text() + std::string(tail);
  std::vector<EventRow> rows;
  CAIRN_TRY(connection.Each(statement, conditions.values(),
                            [&rows](sql::Row& stored) { rows.push_back(ViewOf(stored).Row()); }));
  return rows;
}

/// Gives away the events as they are stored.
Result<> Stored(sql::Connection& connection, std::string_view where, std::initializer_list<sql::Value> values,
                const TakeEvent& take) {
  const std::string statement = "SELECT " + std::string(kColumns) + " FROM event WHERE " + std::string(where);
  const std::vector<sql::Value> bound(values);
  return connection.Each(statement, bound, [&take](sql::Row& stored) { take(ViewOf(stored)); });
}

}  // namespace

EventRow EventView::Row() const {
  EventRow row;
  row.id = id;
  row.position = position;
  row.arrival = arrival;
  row.at = at;
  row.kind = kind;
  row.subject = subject;
  row.actor = actor;
  row.cause = cause;
  row.body = body;
  if (leaf) row.leaf = std::string(*leaf);
  row.well_formed = well_formed;
  return row;
}

void WriteCanonical(const EventView& event, std::int64_t position, std::string& bytes) {
  bytes.assign("{\"actor\":");
  AppendJsonString(bytes, event.actor);
  bytes.append(",\"at\":").append(std::to_string(event.at));
  bytes.append(",\"body\":").append(event.body).append(",\"cause\":");
  AppendJsonString(bytes, event.cause);
  bytes.append(",\"id\":");
  AppendJsonString(bytes, event.id);
  bytes.append(",\"kind\":");
  AppendJsonString(bytes, event.kind);
  bytes.append(",\"position\":").append(std::to_string(position)).append(",\"subject\":");
  AppendJsonString(bytes, event.subject);
  bytes += '}';
}

std::string CanonicalBytes(const EventRow& row, std::int64_t position) {
  std::string bytes;
  WriteCanonical(ViewOf(row), position, bytes);
  return bytes;
}

Result<> InsertEvent(sql::Connection& connection, const EventRow& row) {
  // Where one writer follows another, the order in which events are appended is that of the log. What heads
  // cover is never given again, also not when somebody cut it off.
  const char* const placed =
      "INSERT INTO event (id, position, at_ms, kind, subject, actor, cause, body) VALUES ($1, "
      "MAX((SELECT COALESCE(MAX(position), -1) + 1 FROM event), " CAIRN_SEALED_SIZE
      "), $2, $3, $4, $5, $6, $7)";
  const char* const waiting =
      "INSERT INTO event (id, arrival, at_ms, kind, subject, actor, cause, body) VALUES ($1, "
      "(SELECT COALESCE(MAX(arrival), 0) + 1 FROM event WHERE arrival IS NOT NULL), $2, $3, $4, $5, $6, $7)";
  CAIRN_TRY(connection.Run(connection.engine() == sql::Engine::Sqlite ? placed : waiting,
                           {row.id, row.at, row.kind, row.subject, row.actor, row.cause, row.body}));
  return Done{};
}

Result<> WaitingEvents(sql::Connection& connection, std::int64_t size, std::int64_t limit,
                       const TakeEvent& take) {
  std::int64_t left = limit;
  CAIRN_TRY(Stored(connection, "position >= $1 ORDER BY position LIMIT $2", {size, limit},
                   [&](const EventView& event) {
                     --left;
                     take(event);
                   }));
  if (left == 0) return Done{};
  return Stored(connection, "arrival IS NOT NULL AND position IS NULL ORDER BY arrival, id LIMIT $1", {left},
                take);
}

Result<bool> AnyWaiting(sql::Connection& connection, std::int64_t size) {
  bool any = false;
  CAIRN_TRY(WaitingEvents(connection, size, 1, [&any](const EventView&) { any = true; }));
  return any;
}

Result<> PlaceEvents(sql::Connection& connection, std::int64_t first, const std::vector<std::string>& ids) {
  if (ids.empty()) return Done{};
  // One text for all of them: a statement with a parameter for each costs the server a third more.
  std::string list;
  for (const auto& id : ids) {
    if (id.find(',') != std::string::npos)
      return Error{Reason::Corrupt,
                   "the event '" + id + "' has an id that no program gave: the log was altered"};
    list += (list.empty() ? "" : ",") + id;
  }
  CAIRN_TRY(
      connection.Run("UPDATE event SET position = $2 + waiting.place - 1, arrival = NULL "
                     "FROM unnest(string_to_array($1, ',')) WITH ORDINALITY AS waiting (id, place) "
                     "WHERE event.id = waiting.id",
                     {list, first}));
  return Done{};
}

Result<std::int64_t> EventsById(sql::Connection& connection, const std::string& after, std::int64_t limit,
                                const TakeEvent& take) {
  std::int64_t count = 0;
  CAIRN_TRY(Stored(connection, "id > $1 ORDER BY id LIMIT $2", {after, limit}, [&](const EventView& event) {
    ++count;
    take(event);
  }));
  return count;
}

Result<std::vector<Digest>> OldLeaves(sql::Connection& connection, std::int64_t size) {
  std::vector<Digest> leaves;
  std::optional<Error> wrong;
  const std::vector<sql::Value> bound{size};
  CAIRN_TRY(connection.Each("SELECT leaf FROM event WHERE position >= 0 AND position < $1 ORDER BY position",
                            bound, [&](sql::Row& row) {
                              const auto leaf = DigestOf(row.Text(0));
                              if (leaf) leaves.push_back(*leaf);
                              if (!leaf && !wrong) wrong = leaf.error();
                            }));
  if (wrong) return *wrong;
  return leaves;
}

Result<bool> IsTaken(sql::Connection& connection, std::int64_t position) {
  return !CAIRN_TRY(connection.Run("SELECT 1 FROM event WHERE position = $1", {position})).empty();
}

Result<std::vector<EventRow>> SealedEvents(sql::Connection& connection, const EventFilter& filter) {
  // The sign keeps the bound from choosing the index: a filter's own is the better one.
  Conditions conditions("position IS NOT NULL AND +position < " CAIRN_SEALED_SIZE);
  AddFilter(conditions, filter, Index::Filters);
  if (filter.after_position) conditions.Add("position > ", *filter.after_position);
  if (filter.before_position) conditions.Add("position < ", *filter.before_position);
  const bool newest = filter.order == EventFilter::Order::NewestFirst;
  return Select(connection, conditions,
                std::string(" ORDER BY position ") + (newest ? "DESC" : "ASC") + " LIMIT " +
                    conditions.Bind(filter.limit));
}

Result<std::vector<EventRow>> UnsealedEvents(sql::Connection& connection, const EventFilter& filter) {
  const bool newest = filter.order == EventFilter::Order::NewestFirst;
  const std::string direction = newest ? " DESC" : "";
  std::vector<EventRow> rows;
  const auto take = [&](std::string_view which, const std::string& order) -> Result<> {
    Conditions conditions{std::string(which)};
    // Few wait; of the kind there may be millions.
    AddFilter(conditions, filter, Index::Other);
    const std::int64_t left = filter.limit - static_cast<std::int64_t>(rows.size());
    if (left <= 0) return Done{};
    auto more =
        CAIRN_TRY(Select(connection, conditions, " ORDER BY " + order + " LIMIT " + conditions.Bind(left)));
    std::move(more.begin(), more.end(), std::back_inserter(rows));
    return Done{};
  };
  const auto placed = [&] { return take("position >= " CAIRN_SEALED_SIZE, "position" + direction); };
  const auto others = [&] {
    return take("arrival IS NOT NULL AND position IS NULL", "arrival" + direction + ", id" + direction);
  };
  CAIRN_TRY(newest ? others() : placed());
  CAIRN_TRY(newest ? placed() : others());
  return rows;
}

Result<std::vector<EventRow>> EventsOfKinds(sql::Connection& connection,
                                            std::span<const std::string_view> kinds, TimeMs until) {
  Conditions conditions("1 = 1");
  conditions.Add("at_ms <= ", until);
  std::string list;
  for (const auto kind : kinds) list += (list.empty() ? "" : ", ") + conditions.Bind(std::string(kind));
  return Select(connection, conditions,
                " AND kind IN (" + list + ") ORDER BY position IS NULL, position, arrival, id");
}

Result<EventRow> EventOfId(sql::Connection& connection, const std::string& id) {
  Conditions conditions("1 = 1");
  conditions.Add("id = ", id);
  auto rows = CAIRN_TRY(Select(connection, conditions, ""));
  if (rows.empty()) return Error{Reason::NotFound, "there is no event '" + id + "' in the log"};
  return std::move(rows.front());
}

Result<std::int64_t> CountEvents(sql::Connection& connection) {
  return CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM event")).front().Int(0);
}

}  // namespace cairn::metadata
