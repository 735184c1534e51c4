#include "ledger/metadata/lineage.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "ledger/metadata/log.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/lineage_table.h"

namespace cairn::metadata {
namespace {

constexpr std::int64_t kPage = 1000;

Json RowsOf(std::vector<Edge> edges) {
  std::sort(edges.begin(), edges.end());
  Json rows = Json::Array();
  for (const auto& edge : edges) {
    rows.Push(
        Json{{"source", edge.source}, {"target", edge.target}, {"event", edge.event}, {"label", edge.label}});
  }
  return rows;
}

Result<std::vector<Edge>> RecomputedEdges(sql::Connection& connection) {
  std::vector<Edge> edges;
  std::string after;
  for (;;) {
    const auto page = CAIRN_TRY(EventsById(connection, after, kPage));
    for (const auto& row : page) {
      const auto body = Json::Parse(row.body);
      if (!body) continue;  // altered: `cairn audit verify` names it
      for (auto& edge : EdgesOf(row.id, row.subject, LineageIn(*body))) edges.push_back(std::move(edge));
    }
    if (page.size() < kPage) return edges;
    after = page.back().id;
  }
}

}  // namespace

Result<LineageWalk> WalkLineage(sql::Database& database, const std::vector<std::string>& names,
                                Direction direction, std::size_t limit) {
  return database.Read([&](sql::Connection& connection) -> Result<LineageWalk> {
    LineageWalk walk;
    std::unordered_set<std::string> seen(names.begin(), names.end());
    std::deque<std::pair<std::string, std::int64_t>> ahead;
    for (const auto& name : names) ahead.emplace_back(name, 0);
    while (!ahead.empty()) {
      const auto [here, depth] = std::move(ahead.front());
      ahead.pop_front();
      for (auto& step : CAIRN_TRY(Neighbours(connection, here, direction))) {
        if (!seen.insert(step.thing).second) continue;
        if (walk.steps.size() == limit) {
          walk.complete = false;
          return walk;
        }
        step.via = here;
        step.depth = depth + 1;
        ahead.emplace_back(step.thing, step.depth);
        walk.steps.push_back(std::move(step));
      }
    }
    return walk;
  });
}

Result<std::vector<std::string>> ThingsLike(sql::Database& database, std::string_view beginning,
                                            std::int64_t limit) {
  // U+10FFFF follows whatever text may come behind the beginning.
  const std::string end = std::string(beginning) + "\xF4\x8F\xBF\xBF";
  return database.Read(
      [&](sql::Connection& connection) { return ThingsBetween(connection, beginning, end, limit); });
}

DerivedTable LineageTable(sql::Database& database) {
  return {"lineage_edge",
          [&database]() -> Result<Json> {
            return RowsOf(
                CAIRN_TRY(database.Read([](sql::Connection& connection) { return AllEdges(connection); })));
          },
          [&database]() -> Result<Json> {
            return RowsOf(CAIRN_TRY(
                database.Read([](sql::Connection& connection) { return RecomputedEdges(connection); })));
          }};
}

}  // namespace cairn::metadata
