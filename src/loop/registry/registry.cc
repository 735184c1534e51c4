#include "loop/registry/registry.h"

#include <utility>

namespace cairn::registry {

Registry::Registry(sql::Database& database, const os::Clock& clock, tracking::Artifacts& artifacts,
                   std::function<Result<Guard>(sql::Connection&)> guard)
    : database_(database),
      clock_(clock),
      artifacts_(artifacts),
      guard_(std::move(guard)),
      logged_models_(database, clock),
      runs_(database, clock) {}

Result<Guard> Registry::guard() const { return database_.Read(guard_); }

}  // namespace cairn::registry
