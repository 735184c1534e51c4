#include "loop/monitoring/store/row_table.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/json.h"

namespace cairn::monitoring {
namespace {

/// The time of a row that exists only while labels are put: nobody answered it.
constexpr TimeMs kNobody = std::numeric_limits<TimeMs>::min();
constexpr std::string_view kRowHead = "INSERT INTO monitor_row (id, event_ms, version, score, label, inputs)";
constexpr std::size_t kLookedUpAtOnce = 500;

Result<> Insert(sql::Connection& connection, const std::vector<AnsweredRow>& rows) {
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

/// Equal for equal rows.
std::string PrintOf(const AnsweredRow& row) {
  return crypto::Sha256Hex(Json::Array({row.event_ms, row.version, row.score, row.inputs}).Dump())
      .substr(0, 32);
}

/// Ids as an SQL list of parameters, and the parameters.
struct IdList {
  std::string list;
  std::vector<sql::Value> ids;
  void Add(const std::string& id) {
    ids.emplace_back(id);
    list += (list.empty() ? "$" : ", $") + std::to_string(ids.size());
  }
};

/// The rows that are kept under the ids of `rows`.
Result<std::map<std::string, AnsweredRow>> KeptUnder(sql::Connection& connection,
                                                     std::span<const AnsweredRow> rows) {
  IdList wanted;
  for (const AnsweredRow& row : rows) wanted.Add(row.id);
  std::map<std::string, AnsweredRow> kept;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT id, event_ms, version, score, inputs FROM monitor_row WHERE id IN (" + wanted.list + ")",
           wanted.ids)))
    kept[row.Text(0)] = {row.Text(0), row.Int(1), row.Int(2), row.Double(3), row.Text(4)};
  return kept;
}

}  // namespace

Result<> InsertRows(sql::Connection& connection, const std::vector<AnsweredRow>& rows) {
  CAIRN_TRY(Insert(connection, rows));
  std::vector<AnsweredRow> others;
  for (std::size_t at = 0; at < rows.size(); at += kLookedUpAtOnce) {
    const std::span<const AnsweredRow> some(rows.data() + at, std::min(kLookedUpAtOnce, rows.size() - at));
    const auto kept = CAIRN_TRY(KeptUnder(connection, some));
    for (const AnsweredRow& row : some) {
      if (kept.at(row.id) == row) continue;
      others.push_back(row);
      // The same on every reading of the log, so that the row comes in once.
      others.back().id += "~" + PrintOf(row);
    }
  }
  return Insert(connection, others);
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

Result<std::vector<std::string>> SelectLabelledAmong(sql::Connection& connection,
                                                     const std::vector<std::string>& ids) {
  std::vector<std::string> labelled;
  for (std::size_t at = 0; at < ids.size(); at += kLookedUpAtOnce) {
    IdList some;
    for (std::size_t i = at; i < std::min(at + kLookedUpAtOnce, ids.size()); ++i) some.Add(ids[i]);
    for (const sql::Row& row : CAIRN_TRY(connection.Run(
             "SELECT id FROM monitor_row WHERE label IS NOT NULL AND id IN (" + some.list + ") ORDER BY id",
             some.ids)))
      labelled.push_back(row.Text(0));
  }
  return labelled;
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
