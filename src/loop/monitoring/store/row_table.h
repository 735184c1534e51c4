#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

/// Every SQL sentence about rows that were answered, their labels, and how far the log was read.
namespace cairn::monitoring {

struct AnsweredRow {
  std::string id;  ///< "<request id>.<row>".
  TimeMs event_ms = 0;
  std::int64_t version = 0;
  double score = 0;
  std::string inputs;  ///< JSON object of the watched columns.
  friend bool operator==(const AnsweredRow&, const AnsweredRow&) = default;
};

/// Rows that are there already stay as they are. Another row under an id that is taken, because a caller gave
/// several requests one id, counts like any other, under an id of its own that labels do not reach.
Result<> InsertRows(sql::Connection& connection, const std::vector<AnsweredRow>& rows);

struct Position {
  std::string place;  ///< Of the prediction log's reader.
  TimeMs watermark = 0;
};
Result<Position> SelectPosition(sql::Connection& connection);
Result<> PutPosition(sql::Connection& connection, const Position& position);

struct RowLabel {
  std::string id;
  double value = 0;
};
/// Sets labels, ids distinct, and gives those whose row is not there.
Result<std::vector<std::string>> PutLabels(sql::Connection& connection, const std::vector<RowLabel>& labels);

/// Of these ids those whose row has a label.
Result<std::vector<std::string>> SelectLabelledAmong(sql::Connection& connection,
                                                     const std::vector<std::string>& ids);

/// Event times from `from` until before `to`.
struct Span {
  TimeMs from = 0, to = 0;
};
struct Tally {
  std::int64_t rows = 0, labelled = 0;
};
Result<Tally> CountRows(sql::Connection& connection, Span span);
/// The version that answered most rows of the span (the higher of equal ones); none without rows.
Result<std::optional<std::int64_t>> MainVersion(sql::Connection& connection, Span span);

struct LabelledScores {
  std::vector<double> labels, scores;
};
/// In order of the rows' ids.
Result<LabelledScores> SelectLabelled(sql::Connection& connection, Span span);
Result<std::vector<double>> SelectScores(sql::Connection& connection, Span span, std::int64_t version);
Result<std::vector<std::string>> SelectInputs(sql::Connection& connection, Span span);

}  // namespace cairn::monitoring
