#include "ledger/metadata/store/lineage_table.h"

#include <algorithm>
#include <set>

namespace cairn::metadata {
namespace {

Json LinksJson(const std::vector<Lineage::Link>& links) {
  Json list = Json::Array();
  for (const auto& link : links) list.Push(Json{{"as", link.label}, {"thing", link.thing}});
  return list;
}

std::vector<Lineage::Link> LinksIn(const Json& list) {
  std::vector<Lineage::Link> links;
  for (const Json& link : list.items()) links.push_back({link.Text("thing"), link.Text("as")});
  return links;
}

}  // namespace

Json ToJson(const Lineage& lineage) {
  return Json{{"of", lineage.of}, {"from", LinksJson(lineage.from)}, {"to", LinksJson(lineage.to)}};
}

Lineage LineageIn(const Json& body) {
  const Json& lineage = body.At("lineage");
  return {lineage.Text("of"), LinksIn(lineage.At("from")), LinksIn(lineage.At("to"))};
}

std::vector<Edge> EdgesOf(const std::string& event, const std::string& subject, const Lineage& lineage) {
  const std::string& middle = lineage.of.empty() ? subject : lineage.of;
  std::vector<Edge> edges;
  std::set<std::pair<std::string, std::string>> known;
  const auto add = [&](const std::string& source, const std::string& target, const std::string& label) {
    if (source == target || !known.emplace(source, target).second) return;
    edges.push_back({source, target, event, label});
  };
  for (const auto& link : lineage.from) add(link.thing, middle, link.label);
  for (const auto& link : lineage.to) add(middle, link.thing, link.label);
  return edges;
}

Result<> InsertEdges(sql::Connection& connection, const std::vector<Edge>& edges) {
  if (edges.empty()) return Done{};
  std::vector<sql::Value> values;
  for (const auto& edge : edges) {
    for (const auto* text : {&edge.source, &edge.target, &edge.event, &edge.label})
      values.emplace_back(*text);
  }
  return connection.InsertRows("INSERT INTO lineage_edge (source, target, event, label)", 4, values);
}

Result<std::vector<Edge>> AllEdges(sql::Connection& connection) {
  std::vector<Edge> edges;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT source, target, event, label FROM lineage_edge ORDER BY source, target, event"))) {
    edges.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3)});
  }
  return edges;
}

Result<std::vector<LineageStep>> Neighbours(sql::Connection& connection, std::string_view thing,
                                            Direction direction) {
  const bool up = direction == Direction::Upstream;
  const std::string here = up ? "target" : "source", there = up ? "source" : "target";
  std::vector<LineageStep> steps;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT lineage_edge." + there +
               ", label, event.id, event.kind, event.at_ms, event.actor FROM lineage_edge JOIN event "
               "ON event.id = lineage_edge.event WHERE lineage_edge." +
               here + " = $1 ORDER BY event.at_ms, event.id, lineage_edge." + there,
           {thing}))) {
    LineageStep step;
    step.thing = row.Text(0);
    step.label = row.Text(1);
    step.event = row.Text(2);
    step.kind = row.Text(3);
    step.at = row.Int(4);
    step.actor = row.Text(5);
    steps.push_back(std::move(step));
  }
  return steps;
}

Result<std::vector<std::string>> ThingsBetween(sql::Connection& connection, std::string_view first,
                                               std::string_view end, std::int64_t limit) {
  std::set<std::string> things;
  for (const std::string column : {"source", "target"}) {
    for (const sql::Row& row :
         CAIRN_TRY(connection.Run("SELECT DISTINCT " + column + " FROM lineage_edge WHERE " + column +
                                      " >= $1 AND " + column + " < $2 ORDER BY " + column + " LIMIT $3",
                                  {first, end, limit}))) {
      things.insert(row.Text(0));
    }
  }
  std::vector<std::string> found(things.begin(), things.end());
  if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
  return found;
}

}  // namespace cairn::metadata
