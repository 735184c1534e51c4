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
  std::string after, last;
  for (;;) {
    const auto count = CAIRN_TRY(EventsById(connection, after, kPage, [&](const EventView& event) {
      last = event.id;
      const auto body = Json::Parse(event.body);
      if (!body) return;  // altered: `cairn audit verify` names it
      for (auto& edge : EdgesOf(last, std::string(event.subject), LineageIn(*body)))
        edges.push_back(std::move(edge));
    }));
    if (count < kPage) return edges;
    after = last;
  }
}

/// A thing whose neighbours are still to be looked at, and the step that led to it.
struct Ahead {
  std::string thing;
  std::int64_t depth = 0;
  std::string label, kind;
};

/// Of the steps up from `here`, takes away those that only share its bytes: makers that had them already,
/// when another one wrote them at the place `label` at which they were read, or when they were read as what a
/// data set took in (`kind`).
Result<> LeaveOutOthers(sql::Connection& connection, const std::string& here, const std::string& label,
                        const std::string& kind, std::vector<LineageStep>& steps) {
  const auto at_place = [&](const LineageStep& step) { return !label.empty() && step.label == label; };
  const bool placed = std::any_of(steps.begin(), steps.end(), at_place);
  if (steps.empty() || (!placed && kind != "data.version_added")) return Done{};
  const auto takers = CAIRN_TRY(Neighbours(connection, here, Direction::Downstream));
  std::erase_if(steps, [&](const LineageStep& step) {
    return !at_place(step) && std::any_of(takers.begin(), takers.end(), [&](const LineageStep& taker) {
      return taker.thing == step.thing && taker.event == step.event;
    });
  });
  return Done{};
}

}  // namespace

Result<LineageWalk> WalkLineage(sql::Database& database, const std::vector<std::string>& names,
                                Direction direction, std::size_t limit, const std::string& place) {
  return database.Read([&](sql::Connection& connection) -> Result<LineageWalk> {
    LineageWalk walk;
    std::unordered_set<std::string> seen(names.begin(), names.end());
    std::deque<Ahead> ahead;
    for (const auto& name : names) ahead.push_back({name, 0, place, ""});
    while (!ahead.empty()) {
      const auto [here, depth, label, kind] = std::move(ahead.front());
      ahead.pop_front();
      auto steps = CAIRN_TRY(Neighbours(connection, here, direction));
      if (direction == Direction::Upstream) CAIRN_TRY(LeaveOutOthers(connection, here, label, kind, steps));
      for (auto& step : steps) {
        if (!seen.insert(step.thing).second) continue;
        if (walk.steps.size() == limit) {
          walk.complete = false;
          return walk;
        }
        step.via = here;
        step.depth = depth + 1;
        ahead.push_back({step.thing, step.depth, step.label, step.kind});
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
