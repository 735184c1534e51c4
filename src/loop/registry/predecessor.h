#pragma once

#include <cstdint>
#include <string_view>

#include "ground/sql/database.h"
#include "loop/registry/registry.h"

namespace cairn::registry {

/// The version that stood under the guarded alias before the present one, of those that still exist; 0 for
/// none. A move to a version that stood there before is a return: what it returned from does not count.
Result<std::int64_t> PredecessorOf(sql::Database& database, const Registry& registry, std::string_view model);

}  // namespace cairn::registry
