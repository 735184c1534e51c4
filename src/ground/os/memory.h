#pragma once

#include <cstdint>

namespace cairn::os {

/// What this process has allocated and not given back, in bytes, in all arenas and mappings of its allocator.
/// Walks the arenas: some microseconds, or milliseconds in a heap of many pieces.
std::uint64_t HeapInUse();

/// Hands free pages of the heap back to the system.
void GiveBackHeap();

}  // namespace cairn::os
