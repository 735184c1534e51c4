#pragma once

#include <string>
#include <vector>

#include "loop/moving/addresses.h"
#include "loop/moving/import.h"

namespace cairn::moving {

/// Brings registered models over, with versions and aliases, and compares them. What the accepted
/// configuration guards is not set; a note says so.
Result<> MoveRegistry(const Target& target, const std::vector<FoundModel>& models, const Addresses& addresses,
                      const std::string& actor, const std::string& cause, Tally& tally);

}  // namespace cairn::moving
