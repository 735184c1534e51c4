#pragma once

#include <string>
#include <string_view>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ledger/governance/configuration.h"
#include "loop/data/catalogue.h"
#include "loop/package/files.h"
#include "loop/registry/registry.h"

namespace cairn::package {

/// What a package is made out of; all must outlive the call.
struct Rooms {
  sql::Database& database;
  const os::Clock& clock;
  governance::Configurations& configurations;
  data::Catalogue& catalogue;
  registry::Registry& registry;
};

struct Wanted {
  std::string model;
  std::int64_t version = 0;
  std::string actor;
  std::string program;  ///< Who packs, for environment.lock: "cairn==0.1.0".
};

/// Packs a version of the model that the accepted configuration binds: the same bytes for the same version,
/// configuration and data set. Golden vectors are up to 64 rows of the data set that were held back (of the
/// version it was trained on where that is known, else of the newest; of the training part where nothing was
/// held back), without their target; values that the contract keeps back are replaced. Events
/// "data.seal_opened" and "registry.version_packaged".
///
/// Denied, saying how it can be done, for a version that no decision lets answer; Unsupported for a model
/// that is not the bound one, and for one that cannot be served here; NotFound without it, or without a data
/// set; Corrupt when its files are not what was registered.
Result<Files> Pack(const Rooms& rooms, const Wanted& wanted);

}  // namespace cairn::package
