#include "ledger/metadata/store/event_table.h"

#include <limits>
#include <utility>
#include <variant>

namespace cairn::metadata {
namespace {

// The last column tells whether the texts are stored as text: SQLite may hold any kind of value in any column
// of a damaged or doctored file.
constexpr std::string_view kColumns =
    "id, position, arrival, at_ms, kind, subject, actor, cause, body, leaf, "
    "CASE WHEN id = CAST(id AS TEXT) AND kind = CAST(kind AS TEXT) AND subject = CAST(subject AS TEXT) "
    "AND actor = CAST(actor AS TEXT) AND cause = CAST(cause AS TEXT) AND body = CAST(body AS TEXT) "
    "AND (leaf IS NULL OR leaf = CAST(leaf AS TEXT)) THEN 1 ELSE 0 END";

/// Takes columns of one row with the kind they must have, and remembers whether one had another.
class StrictRow {
 public:
  explicit StrictRow(const sql::Row& row) : row_(row) {}
  std::string Text() {
    const auto* text = std::get_if<std::string>(&row_.At(next_++).state());
    if (text == nullptr) well_formed_ = false;
    return text == nullptr ? std::string() : *text;
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
  std::optional<std::string> OptionalText() {
    const auto& state = row_.At(next_++).state();
    const auto* text = std::get_if<std::string>(&state);
    if (text == nullptr && state.index() != 0) well_formed_ = false;
    return text == nullptr ? std::nullopt : std::optional(*text);
  }
  bool well_formed() const { return well_formed_; }

 private:
  const sql::Row& row_;
  std::size_t next_ = 0;
  bool well_formed_ = true;
};

EventRow RowOf(const sql::Row& stored) {
  StrictRow columns(stored);
  EventRow row;
  row.id = columns.Text();
  row.position = columns.OptionalInt();
  row.arrival = columns.OptionalInt();
  row.at = columns.Int();
  row.kind = columns.Text();
  row.subject = columns.Text();
  row.actor = columns.Text();
  row.cause = columns.Text();
  row.body = columns.Text();
  row.leaf = columns.OptionalText();
  row.well_formed = columns.Int() == 1 && columns.well_formed();
  return row;
}

std::vector<EventRow> RowsOf(const sql::Rows& stored) {
  std::vector<EventRow> rows;
  rows.reserve(stored.size());
  for (const auto& row : stored) rows.push_back(RowOf(row));
  return rows;
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

void AddFilter(Conditions& conditions, const EventFilter& filter) {
  if (filter.kind.ends_with('.')) {
    // A range instead of LIKE: it uses the index, and '_' stays an ordinary character. '/' follows '.'.
    conditions.Add("kind >= ", filter.kind);
    conditions.Add("kind < ", filter.kind.substr(0, filter.kind.size() - 1) + "/");
  } else if (!filter.kind.empty()) {
    conditions.Add("kind = ", filter.kind);
  }
  if (!filter.subject.empty()) conditions.Add("subject = ", filter.subject);
  if (!filter.cause.empty()) conditions.Add("cause = ", filter.cause);
  if (!filter.actor.empty()) conditions.Add("actor = ", filter.actor);
  if (filter.from) conditions.Add("at_ms >= ", *filter.from);
  if (filter.until) conditions.Add("at_ms <= ", *filter.until);
}

Result<std::vector<EventRow>> Select(sql::Connection& connection, const Conditions& conditions,
                                     std::string_view tail) {
  const std::string statement =
      "SELECT " + std::string(kColumns) + " FROM event WHERE " + conditions.text() + std::string(tail);
  return RowsOf(CAIRN_TRY(connection.Run(statement, conditions.values())));
}

}  // namespace

std::string CanonicalBytes(const EventRow& row, std::int64_t position) {
  std::string bytes = "{\"actor\":";
  AppendJsonString(bytes, row.actor);
  bytes += ",\"at\":" + std::to_string(row.at) + ",\"body\":" + row.body + ",\"cause\":";
  AppendJsonString(bytes, row.cause);
  bytes += ",\"id\":";
  AppendJsonString(bytes, row.id);
  bytes += ",\"kind\":";
  AppendJsonString(bytes, row.kind);
  bytes += ",\"position\":" + std::to_string(position) + ",\"subject\":";
  AppendJsonString(bytes, row.subject);
  bytes += '}';
  return bytes;
}

Result<> InsertEvent(sql::Connection& connection, const EventRow& row) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO event (id, arrival, at_ms, kind, subject, actor, cause, body) VALUES ($1, "
      "(SELECT COALESCE(MAX(arrival), 0) + 1 FROM event WHERE arrival IS NOT NULL), $2, $3, $4, $5, $6, $7)",
      {row.id, row.at, row.kind, row.subject, row.actor, row.cause, row.body}));
  return Done{};
}

Result<std::vector<EventRow>> WaitingEvents(sql::Connection& connection, std::int64_t limit) {
  Conditions waiting("arrival IS NOT NULL");
  return Select(connection, waiting, " ORDER BY arrival, id LIMIT " + waiting.Bind(limit));
}

Result<> SealEvents(sql::Connection& connection, const std::vector<Sealing>& sealings) {
  for (const auto& sealing : sealings) {
    CAIRN_TRY(connection.Run("UPDATE event SET position = $2, leaf = $3, arrival = NULL WHERE id = $1",
                             {sealing.id, sealing.position, sealing.leaf}));
  }
  return Done{};
}

Result<std::vector<EventRow>> EventsById(sql::Connection& connection, const std::string& after,
                                         std::int64_t limit) {
  Conditions conditions("1 = 1");
  conditions.Add("id > ", after);
  return Select(connection, conditions, " ORDER BY id LIMIT " + conditions.Bind(limit));
}

Result<std::vector<EventRow>> SealedEvents(sql::Connection& connection, const EventFilter& filter) {
  Conditions conditions("position IS NOT NULL");
  AddFilter(conditions, filter);
  if (filter.after_position) conditions.Add("position > ", *filter.after_position);
  if (filter.before_position) conditions.Add("position < ", *filter.before_position);
  const bool newest = filter.order == EventFilter::Order::NewestFirst;
  return Select(connection, conditions,
                std::string(" ORDER BY position ") + (newest ? "DESC" : "ASC") + " LIMIT " +
                    conditions.Bind(filter.limit));
}

Result<std::vector<EventRow>> UnsealedEvents(sql::Connection& connection, const EventFilter& filter) {
  Conditions conditions("arrival IS NOT NULL");
  AddFilter(conditions, filter);
  const char* direction = filter.order == EventFilter::Order::NewestFirst ? "DESC" : "ASC";
  return Select(connection, conditions,
                std::string(" ORDER BY arrival ") + direction + ", id " + direction + " LIMIT " +
                    conditions.Bind(filter.limit));
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

Result<Digest> LeafAt(sql::Connection& connection, std::uint64_t position) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT leaf FROM event WHERE position = $1", {static_cast<std::int64_t>(position)}));
  if (rows.empty())
    return Error{Reason::NotFound, "there is no event at position " + std::to_string(position)};
  return DigestOf(rows.front().Text(0));
}

}  // namespace cairn::metadata
