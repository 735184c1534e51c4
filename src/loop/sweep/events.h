#pragma once

#include <cstddef>

#include "ledger/metadata/event.h"
#include "loop/sweep/sweep.h"

/// What sweeps tell the log.
namespace cairn::sweep {

metadata::Event QueuedEvent(const Sweep& sweep, std::size_t trials);
metadata::Event EndedEvent(const Sweep& sweep, const Trial& trial);

}  // namespace cairn::sweep
