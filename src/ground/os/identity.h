#pragma once

#include <string>

#include "ground/vocabulary/time.h"

namespace cairn::os {

/// Bytes from the system's random source.
std::string RandomBytes(std::size_t count);
/// 32 random hexadecimal digits.
std::string NewHexId();
/// 32 hexadecimal digits, the form of a run's id. The first three stay for 256 calls and the others are
/// random: what is created together lies together in an index, so that a commit of many writes few of its
/// pages, and eight digits still tell neighbours apart.
std::string NewNeighbourId();
/// A time-ordered UUID (RFC 9562, version 7). Ids made by one process in one millisecond still increase.
std::string NewUuid(TimeMs now);
/// The number by which the system knows this process.
int ProcessId();

}  // namespace cairn::os
