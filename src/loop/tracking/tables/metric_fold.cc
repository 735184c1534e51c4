#include "loop/tracking/tables/metric_fold.h"

#include "loop/tracking/tables/metric_chunks.h"
#include "loop/tracking/tables/metric_latest.h"
#include "loop/tracking/tables/metric_log.h"
#include "loop/tracking/tables/metric_table.h"

namespace cairn::tracking {

Result<> Fold(sql::Connection& connection, std::int64_t run, const PointsByKey& points) {
  auto known = CAIRN_TRY(ReadSummaries(connection, run));
  SummaryByKey changed;
  ChunkRows chunks;
  for (const auto& [key, more] : points) {
    if (more.empty()) continue;
    auto& summary = known[key];
    const auto* last = summary.points == 0 ? nullptr : &summary.latest;
    const auto fresh = CAIRN_TRY(AddToChunks(connection, run, key, more, last, chunks));
    if (fresh == 0) continue;
    Extend(summary, more, fresh);
    changed.emplace(key, summary);
  }
  CAIRN_TRY(WriteChunks(connection, chunks));
  return WriteSummaries(connection, run, changed);
}

Result<> FoldRun(sql::Connection& connection, std::int64_t run) {
  const auto logged = CAIRN_TRY(ReadLog(connection, run));
  if (logged.empty()) return {};
  CAIRN_TRY(Fold(connection, run, logged));
  return ClearLog(connection, run);
}

}  // namespace cairn::tracking
