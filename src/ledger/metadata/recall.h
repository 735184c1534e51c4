#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/metadata/log.h"

namespace cairn::metadata {

/// Every event of one kind in order, in the caller's transaction; of one subject unless that is "".
Result<std::vector<LoggedEvent>> EventsIn(sql::Connection& connection, const std::string& kind,
                                          const std::string& subject = "");

/// Every event of these kinds at or before `until`, in the order in which the log shows them, in one reading.
Result<std::vector<LoggedEvent>> EventsUntil(sql::Database& database, std::span<const std::string_view> kinds,
                                             TimeMs until);

}  // namespace cairn::metadata
