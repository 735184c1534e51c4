#pragma once

#include <string>

#include "ledger/governance/configuration.h"
#include "loop/charter/charter.h"
#include "loop/data/specification.h"
#include "loop/rollout/rollout.h"
#include "loop/serving/service.h"

namespace cairn::rollout {

/// What the accepted configuration says about a rollout.
struct Setting {
  std::string digest;
  Gates gates;
  charter::Charter charter;
  data::Specification
      specification;  ///< Of the data set that the gates measure on; empty when no model is bound.
  serving::Settings serving;
  bool canary = false;   ///< Whether `serving.canary` is there.
  std::string contract;  ///< Digest of the data set's contract as it is written; ContractDigest.
};
/// SHA-256 of a data set's contract as a configuration writes it; "" when it has no such data set.
Result<std::string> ContractDigest(const Node& configuration, std::string_view dataset);

/// Conflict when no configuration was accepted.
Result<Setting> ReadSetting(const governance::Configurations& configurations);

}  // namespace cairn::rollout
