#pragma once

#include <vector>

#include "ledger/metadata/log.h"

namespace cairn::evidence {

/// Events of several readings of the log in the order in which they happened: by position, those that are not
/// sealed yet behind, by id.
void PutInOrder(std::vector<metadata::LoggedEvent>& events);

}  // namespace cairn::evidence
