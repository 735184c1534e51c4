#pragma once

#include <cstdint>
#include <string>

#include "ground/http/message.h"

namespace cairn::http::wire {

/// One answered request as a line of JSON, without line break. Queries are left out: they may carry secrets.
std::string AccessLine(const Request& request, int status, std::uint64_t bytes, std::int64_t duration_us);

}  // namespace cairn::http::wire
