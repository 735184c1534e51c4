#include "loop/registry/sources.h"

namespace cairn::registry {

Result<std::vector<std::string>> VersionSources(sql::Connection& connection) {
  std::vector<std::string> uris;
  for (const auto& row :
       CAIRN_TRY(connection.Run("SELECT DISTINCT source, storage, location FROM model_version"))) {
    for (const std::size_t column : {0u, 1u}) {
      if (!row.Text(column).empty()) uris.push_back(row.Text(column));
    }
    if (!row.Text(2).empty()) uris.push_back("mlflow-artifacts:/" + row.Text(2));
  }
  return uris;
}

}  // namespace cairn::registry
