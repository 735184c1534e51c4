#pragma once

#include <cstdint>
#include <string>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "ledger/metadata/event.h"

/// What the registry writes into the event log, in the transaction of the deed; webhooks that listen are told
/// by the way.
namespace cairn::registry {

struct Deed {
  std::string kind;  ///< Without the leading "registry.".
  std::string model;
  std::string actor;
  std::string cause = "";
  std::int64_t version = 0;  ///< 0: about the model as a whole.
};
/// Adds "model", and "version" where there is one, to `body`. What the version was made from goes along.
Result<> Trace(sql::Connection& connection, TimeMs now, const Deed& deed, Json body,
               std::vector<metadata::Lineage::Link> from = {});

struct AliasDeed {
  std::string model;
  std::string alias;
  std::int64_t version = 0;   ///< 0: deleted.
  std::int64_t previous = 0;  ///< 0: was not set.
  std::string actor;
  std::string decision = "";
  std::string cause = "";
};
/// The event registry.alias_moved.
Result<> TraceAlias(sql::Connection& connection, TimeMs now, const AliasDeed& deed);

}  // namespace cairn::registry
