#pragma once

#include <string>
#include <vector>

#include "ledger/metadata/log.h"

namespace cairn::metadata {

/// Every event of one kind in order, in the caller's transaction; of one subject unless that is "".
Result<std::vector<LoggedEvent>> EventsIn(sql::Connection& connection, const std::string& kind,
                                          const std::string& subject = "");

}  // namespace cairn::metadata
