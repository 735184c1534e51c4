#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn {

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Every stored time is one.
using TimeMs = std::int64_t;

/// "2013-02-01T04:05:06.007Z".
std::string FormatUtc(TimeMs at);
/// "2013-02-01".
std::string FormatDate(TimeMs at);
/// Reads ISO 8601: a date alone (midnight UTC), or date and time separated by 'T' or a space, seconds and
/// fraction optional, with 'Z', an offset such as +02:00, or nothing (UTC). InvalidArgument otherwise, also
/// for a date that does not exist.
Result<TimeMs> ParseTime(std::string_view text);
/// "340 ms", "2.1 s", "3 min 20 s", "5 h 2 min", "3.2 days".
std::string FormatDuration(std::int64_t duration_ms);

}  // namespace cairn
