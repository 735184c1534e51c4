#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"
#include "loop/tracking/tracking.h"

namespace cairn::moving {

/// Another Cairn: its data folder with a SQLite store, or the URL of its PostgreSQL. Neither is touched, and
/// its server may be running. Of a SQLite store a copy is read, made below `scratch` and removed at the end;
/// one on PostgreSQL must have the tables of this program (Conflict). Its artifacts are at `artifacts`, as
/// Artifacts::Open takes it; "" stands for those in the data folder, or for none.
Result<std::unique_ptr<Source>> OpenCairnStore(const std::string& where, const std::string& artifacts,
                                               const std::string& scratch);

/// The records of rooms that are open here, without artifacts; all must outlive it.
std::unique_ptr<Source> ReadRooms(sql::Database& database, const tracking::Tracking& tracking,
                                  const registry::Registry& registry);

}  // namespace cairn::moving
