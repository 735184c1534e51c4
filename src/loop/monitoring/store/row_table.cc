#include "loop/monitoring/store/row_table.h"

#include <limits>

namespace cairn::monitoring {
namespace {

/// The time of a row that exists only while labels are put: nobody answered it.
constexpr TimeMs kNobody = std::numeric_limits<TimeMs>::min();
constexpr std::string_view kRowHead = "INSERT INTO monitor_row (id, event_ms, version, score, label, inputs)";

}  // namespace

Result<> InsertRows(sql::Connection& connection, const std::vector<AnsweredRow>& rows) {
  std::vector<sql::Value> values;
  values.reserve(rows.size() * 6);
  for (const AnsweredRow& row : rows) {
    values.emplace_back(row.id);
    values.emplace_back(row.event_ms);
    values.emplace_back(row.version);
    values.emplace_back(row.score);
    values.emplace_back(nullptr);
    values.emplace_back(row.inputs);
  }
  return connection.InsertRows(kRowHead, 6, values, "ON CONFLICT (id) DO NOTHING");
}

Result<Position> SelectPosition(sql::Connection& connection) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT place, watermark_ms FROM monitor_position WHERE name = 'predictions'"));
  if (rows.empty()) return Position{};
  return Position{rows[0].Text(0), rows[0].Int(1)};
}

Result<> PutPosition(sql::Connection& connection, const Position& position) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO monitor_position (name, place, watermark_ms) VALUES ('predictions', $1, $2) "
      "ON CONFLICT (name) DO UPDATE SET place = excluded.place, watermark_ms = excluded.watermark_ms",
      {position.place, position.watermark}));
  return Done{};
}

Result<std::vector<std::string>> PutLabels(sql::Connection& connection, const std::vector<RowLabel>& labels) {
  std::vector<sql::Value> values;
  values.reserve(labels.size() * 6);
  for (const RowLabel& label : labels) {
    values.emplace_back(label.id);
    values.emplace_back(kNobody);
    values.emplace_back(0);
    values.emplace_back(0.0);
    values.emplace_back(label.value);
    values.emplace_back("");
  }
  // One statement for all: rows that are there take the label, the others appear with nobody's time and go
  // again.
  CAIRN_TRY(
      connection.InsertRows(kRowHead, 6, values, "ON CONFLICT (id) DO UPDATE SET label = excluded.label"));
  std::vector<std::string> unknown;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT id FROM monitor_row WHERE event_ms = $1 ORDER BY id", {kNobody})))
    unknown.push_back(row.Text(0));
  if (!unknown.empty()) CAIRN_TRY(connection.Run("DELETE FROM monitor_row WHERE event_ms = $1", {kNobody}));
  return unknown;
}

Result<Tally> CountRows(sql::Connection& connection, Span span) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT count(*), count(label) FROM monitor_row WHERE event_ms >= $1 AND event_ms < $2",
                     {span.from, span.to}));
  return Tally{rows[0].Int(0), rows[0].Int(1)};
}

Result<std::optional<std::int64_t>> MainVersion(sql::Connection& connection, Span span) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT version FROM monitor_row WHERE event_ms >= $1 AND event_ms < $2 GROUP "
                               "BY version ORDER BY count(*) DESC, version DESC LIMIT 1",
                               {span.from, span.to}));
  if (rows.empty()) return std::optional<std::int64_t>();
  return std::optional(rows[0].Int(0));
}

Result<LabelledScores> SelectLabelled(sql::Connection& connection, Span span) {
  LabelledScores found;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT label, score FROM monitor_row WHERE event_ms >= $1 AND event_ms < $2 "
                                "AND label IS NOT NULL ORDER BY id",
                                {span.from, span.to}))) {
    found.labels.push_back(row.Double(0));
    found.scores.push_back(row.Double(1));
  }
  return found;
}

Result<std::vector<double>> SelectScores(sql::Connection& connection, Span span, std::int64_t version) {
  std::vector<double> scores;
  for (const sql::Row& row : CAIRN_TRY(connection.Run("SELECT score FROM monitor_row WHERE event_ms >= $1 "
                                                      "AND event_ms < $2 AND version = $3 ORDER BY id",
                                                      {span.from, span.to, version}))) {
    scores.push_back(row.Double(0));
  }
  return scores;
}

Result<std::vector<std::string>> SelectInputs(sql::Connection& connection, Span span) {
  std::vector<std::string> inputs;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT inputs FROM monitor_row WHERE event_ms >= $1 AND event_ms < $2", {span.from, span.to}))) {
    inputs.push_back(row.Text(0));
  }
  return inputs;
}

}  // namespace cairn::monitoring
