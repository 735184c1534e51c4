#include "ledger/governance/store/configuration_table.h"

#include <limits>

namespace cairn::governance {
namespace {

Result<Configuration> ConfigurationOf(const sql::Row& row) {
  Configuration configuration{row.Text(0), row.Text(1), row.Int(2),  row.Text(3),
                              row.Text(4), {},          row.Text(6), row.Text(7)};
  const Json changed = CAIRN_TRY(Json::Parse(row.Text(5)));
  for (const auto& section : changed.items()) configuration.changed.push_back(section.AsString());
  return configuration;
}

}  // namespace

Result<> InsertConfiguration(sql::Connection& connection, const Configuration& configuration) {
  Json changed = Json::Array();
  for (const auto& section : configuration.changed) changed.Push(section);
  auto inserted = connection.Run(
      "INSERT INTO configuration (serial, digest, content, at_ms, actor, previous, changed, signer, "
      "signature) VALUES "
      "((SELECT COALESCE(MAX(serial), 0) + 1 FROM configuration), $1, $2, $3, $4, $5, $6, $7, $8)",
      {configuration.digest, configuration.text, configuration.at, configuration.by, configuration.previous,
       changed.Dump(), configuration.signer, configuration.signature});
  if (!inserted && inserted.error().reason == Reason::AlreadyExists) {
    return Error{Reason::Conflict,
                 "another configuration was accepted at the same moment; look at it and try again"};
  }
  if (!inserted) return inserted.error();
  return Done{};
}

Result<std::vector<Configuration>> ConfigurationsIn(sql::Connection& connection,
                                                    std::optional<std::int64_t> limit,
                                                    const std::string& digest) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT digest, content, at_ms, actor, previous, changed, signer, "
                               "signature FROM "
                               "configuration WHERE ($1 = '' OR digest = $1) "
                               "ORDER BY serial DESC LIMIT $2",
                               {digest, limit.value_or(std::numeric_limits<std::int64_t>::max())}));
  std::vector<Configuration> configurations;
  for (const auto& row : rows) configurations.push_back(CAIRN_TRY(ConfigurationOf(row)));
  return configurations;
}

}  // namespace cairn::governance
