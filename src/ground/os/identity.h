#pragma once

#include <string>

#include "ground/vocabulary/time.h"

namespace cairn::os {

/// Bytes from the system's random source.
std::string RandomBytes(std::size_t count);
/// 32 random hexadecimal digits, the form of a run's id.
std::string NewHexId();
/// A time-ordered UUID (RFC 9562, version 7). Ids made by one process in one millisecond still increase.
std::string NewUuid(TimeMs now);
/// The number by which the system knows this process.
int ProcessId();

}  // namespace cairn::os
