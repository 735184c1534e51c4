#include "loop/tracking/tables/held_uris.h"

namespace cairn::tracking {
namespace {

constexpr std::size_t kPage = 10'000;

/// Page by page, so that a store of a million runs needs no memory for its rows.
Result<> ReadRunUris(sql::Connection& connection, std::vector<std::string>& uris) {
  std::int64_t last = -1;
  for (;;) {
    const auto rows = CAIRN_TRY(connection.Run(
        "SELECT number, artifact_uri FROM run WHERE number > $1 ORDER BY number LIMIT 10000", {last}));
    for (const auto& row : rows) uris.push_back(row.Text(1));
    if (rows.size() < kPage) return {};
    last = rows.back().Int(0);
  }
}

std::string PatternOf(std::string_view word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

Result<> AddUris(sql::Connection& connection, const std::string& kind, const std::string& statement,
                 std::string_view value, std::vector<HeldUri>& uris) {
  for (const auto& row : CAIRN_TRY(connection.Run(statement, {value})))
    uris.push_back({kind, row.Text(0), row.Text(1)});
  return {};
}

Result<std::vector<HeldUri>> HolderUris(sql::Connection& connection, const std::string& condition,
                                        std::string_view value) {
  std::vector<HeldUri> uris;
  CAIRN_TRY(AddUris(connection, "run", "SELECT id, artifact_uri FROM run WHERE " + condition, value, uris));
  CAIRN_TRY(AddUris(connection, "logged model",
                    "SELECT id, artifact_uri FROM logged_model WHERE " + condition, value, uris));
  return uris;
}

}  // namespace

Result<std::vector<HeldUri>> ReadExperimentUrisWith(sql::Connection& connection, std::string_view word) {
  std::vector<HeldUri> uris;
  CAIRN_TRY(AddUris(connection, "experiment",
                    "SELECT CAST(id AS TEXT), artifact_location FROM experiment WHERE artifact_location LIKE "
                    "$1 ESCAPE '!'",
                    PatternOf(word), uris));
  return uris;
}

Result<std::vector<HeldUri>> ReadHolderUrisWith(sql::Connection& connection, std::string_view word) {
  return HolderUris(connection, "artifact_uri LIKE $1 ESCAPE '!'", PatternOf(word));
}

Result<std::vector<HeldUri>> ReadHolderUrisOf(sql::Connection& connection, std::string_view id) {
  return HolderUris(connection, "id = $1", id);
}

Result<HeldUris> ReadHeldUris(sql::Connection& connection) {
  HeldUris uris;
  for (const auto& row : CAIRN_TRY(connection.Run("SELECT artifact_location FROM experiment")))
    uris.experiments.push_back(row.Text(0));
  CAIRN_TRY(ReadRunUris(connection, uris.holders));
  for (const auto& row : CAIRN_TRY(connection.Run("SELECT artifact_uri FROM logged_model")))
    uris.holders.push_back(row.Text(0));
  return uris;
}

}  // namespace cairn::tracking
