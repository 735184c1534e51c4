#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "ledger/metadata/event.h"
#include "ledger/metadata/lineage.h"

/// Lineage as events hold it, and every SQL sentence about its table.
namespace cairn::metadata {

struct Edge {
  std::string source, target, event, label;
  friend bool operator==(const Edge&, const Edge&) = default;
  friend auto operator<=>(const Edge&, const Edge&) = default;
};

/// {"of", "from": [{"as", "thing"}…], "to": […]}.
Json ToJson(const Lineage& lineage);
Lineage LineageIn(const Json& body);

/// The edges that an event adds; each pair of things once.
std::vector<Edge> EdgesOf(const std::string& event, const std::string& subject, const Lineage& lineage);

Result<> InsertEdges(sql::Connection& connection, const std::vector<Edge>& edges);
Result<std::vector<Edge>> AllEdges(sql::Connection& connection);

/// One step from `thing`; `via` and `depth` are for the caller to fill.
Result<std::vector<LineageStep>> Neighbours(sql::Connection& connection, std::string_view thing,
                                            Direction direction);
Result<std::vector<std::string>> ThingsBetween(sql::Connection& connection, std::string_view first,
                                               std::string_view end, std::int64_t limit);

}  // namespace cairn::metadata
