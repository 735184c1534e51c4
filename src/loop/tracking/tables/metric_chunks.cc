#include "loop/tracking/tables/metric_chunks.h"

#include <algorithm>

namespace cairn::tracking {
namespace {

// A point takes 1 to 11 bytes, so that a chunk is a page or two; and a fold of few points rewrites no more
// than half of that.
constexpr std::size_t kMostPoints = 1024;
constexpr std::int64_t kFull = 512;
constexpr std::size_t kColumns = 10;

bool SameMoment(const Point& a, const Point& b) { return a.step == b.step && a.at_ms == b.at_ms; }

/// The parts of settled points that become chunks. Points of one step and time stay together, because a chunk
/// goes by those of its first point.
template <class Take>
void ForParts(std::span<const Point> points, const Take& take) {
  while (!points.empty()) {
    auto count = std::min(points.size(), kMostPoints);
    while (count < points.size() && SameMoment(points[count - 1], points[count])) ++count;
    take(points.first(count));
    points = points.subspan(count);
  }
}

void AddRow(ChunkRows& rows, std::int64_t run, std::int64_t key, std::span<const Point> part) {
  const auto [least, most] = std::minmax_element(
      part.begin(), part.end(), [](const Point& a, const Point& b) { return a.at_ms < b.at_ms; });
  rows.insert(rows.end(), {run, key, part.front().step, part.front().at_ms, part.back().step,
                           part.back().at_ms, least->at_ms, most->at_ms,
                           static_cast<std::int64_t>(part.size()), sql::Bytes{PackChunk(part)}});
}

/// The chunks that new points from `first` to `last` go into: the last one that begins before them, if they
/// overlap or it is not full, and all that begin among them.
Result<std::vector<sql::Row>> ReadTouched(sql::Connection& connection, std::int64_t run, std::int64_t key,
                                          const Point& first, const Point& last, bool behind_all) {
  std::vector<sql::Row> touched;
  auto before = CAIRN_TRY(connection.Run(
      "SELECT first_step, first_ms, last_step, last_ms, points, content FROM metric_chunk WHERE run = $1 AND "
      "key = $2 AND (first_step, first_ms) <= ($3, $4) ORDER BY first_step DESC, first_ms DESC LIMIT 1",
      {run, key, first.step, first.at_ms}));
  if (!before.empty()) {
    auto& row = before.front();
    const bool overlaps = std::pair(row.Int(2), row.Int(3)) >= std::pair(first.step, first.at_ms);
    if (overlaps || row.Int(4) < kFull) touched.push_back(std::move(row));
  }
  if (behind_all) return touched;
  auto among = CAIRN_TRY(connection.Run(
      "SELECT first_step, first_ms, last_step, last_ms, points, content FROM metric_chunk WHERE run = $1 AND "
      "key = $2 AND (first_step, first_ms) > ($3, $4) AND (first_step, first_ms) <= ($5, $6) "
      "ORDER BY first_step, first_ms",
      {run, key, first.step, first.at_ms, last.step, last.at_ms}));
  std::move(among.begin(), among.end(), std::back_inserter(touched));
  return touched;
}

}  // namespace

Result<std::int64_t> AddToChunks(sql::Connection& connection, std::int64_t run, std::int64_t key,
                                 std::span<const Point> points, const Point* last, ChunkRows& rows) {
  std::vector<sql::Row> touched;
  if (last != nullptr) {
    const bool behind_all = Before(*last, points.front());
    touched = CAIRN_TRY(ReadTouched(connection, run, key, points.front(), points.back(), behind_all));
  }
  std::vector<Point> all;
  for (const auto& chunk : touched) CAIRN_TRY(UnpackChunk(chunk.Content(5), all));
  const auto before = all.size();
  Merge(all, points);
  if (all.size() == before) return 0;
  for (const auto& chunk : touched) {
    CAIRN_TRY(connection.Run(
        "DELETE FROM metric_chunk WHERE run = $1 AND key = $2 AND first_step = $3 AND first_ms = $4",
        {run, key, chunk.Int(0), chunk.Int(1)}));
  }
  ForParts(all, [&](std::span<const Point> part) { AddRow(rows, run, key, part); });
  return static_cast<std::int64_t>(all.size() - before);
}

Result<> WriteChunks(sql::Connection& connection, const ChunkRows& rows) {
  return connection.InsertRows(
      "INSERT INTO metric_chunk (run, key, first_step, first_ms, last_step, last_ms, least_ms, most_ms, "
      "points, content)",
      kColumns, rows);
}

Result<std::vector<Point>> ReadChunks(sql::Connection& connection, std::int64_t run, std::int64_t key,
                                      const PointRange& range) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT content FROM metric_chunk WHERE run = $1 AND key = $2 AND first_step <= $3 AND last_step >= $4 "
      "ORDER BY first_step, first_ms",
      {run, key, range.last_step.value_or(INT64_MAX), range.first_step.value_or(INT64_MIN)}));
  std::vector<Point> points;
  points.reserve(rows.size() * kMostPoints);
  for (const auto& row : rows) CAIRN_TRY(UnpackChunk(row.Content(0), points));
  return points;
}

Result<Stretch> ReadStretch(sql::Connection& connection, std::int64_t run, std::int64_t key,
                            std::int64_t until, std::int64_t offset, std::int64_t limit) {
  Stretch stretch;
  const auto heads = CAIRN_TRY(connection.Run(
      "SELECT first_step, first_ms, least_ms, most_ms, points FROM metric_chunk WHERE run = $1 AND key = $2 "
      "ORDER BY first_step, first_ms",
      {run, key}));
  if (heads.empty()) return stretch;
  // The earliest time from each chunk on: where all chunks before end earlier, the order by step is cut into
  // two that are also apart in time.
  std::vector<std::int64_t> earliest(heads.size() + 1, until);
  for (auto i = heads.size(); i-- > 0;) earliest[i] = std::min(earliest[i + 1], heads[i].Int(2));
  std::size_t begin = 0, end = 0;
  std::int64_t passed = 0, latest = INT64_MIN;
  const auto enough = limit == 0 ? INT64_MAX : offset + limit;
  while (end < heads.size()) {
    const bool cut = latest < earliest[end];
    if (cut && passed <= offset) {
      begin = end;
      stretch.skipped = passed;
    }
    if (cut && passed >= enough) break;
    latest = std::max(latest, heads[end].Int(3));
    passed += heads[end++].Int(4);
  }
  const auto& first = heads[begin];
  const auto& last = heads[end - 1];
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT content FROM metric_chunk WHERE run = $1 AND key = $2 AND "
                               "(first_step, first_ms) >= ($3, $4) AND "
                               "(first_step, first_ms) <= ($5, $6) ORDER BY first_step, first_ms",
                               {run, key, first.Int(0), first.Int(1), last.Int(0), last.Int(1)}));
  for (const auto& row : rows) CAIRN_TRY(UnpackChunk(row.Content(0), stretch.points));
  return stretch;
}

}  // namespace cairn::tracking
