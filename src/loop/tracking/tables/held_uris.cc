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

}  // namespace

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
