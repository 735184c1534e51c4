#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"

namespace cairn::sql {

/// The statements of a migration's text, as `engine` wants them: comments gone, the marker /*CLUSTERED*/ read
/// as WITHOUT ROWID by SQLite, and for PostgreSQL every column's type TEXT followed by COLLATE "C". Internal
/// for an open quote or comment.
Result<std::vector<std::string>> StatementsOf(std::string_view text, Engine engine);

}  // namespace cairn::sql
