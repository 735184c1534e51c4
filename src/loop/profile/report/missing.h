#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

/// Columns that lack a value in (nearly) the same rows.
struct MissingTogether {
  std::vector<std::size_t> columns;
  std::int64_t rows = 0;  ///< In which all of them do.
};

/// Groups of columns of which every two lack their values together in at least nine of ten rows in which one
/// does; columns that lack nothing, or hold nothing, belong to none.
std::vector<MissingTogether> MissingTogetherIn(const Table& table);

/// {"complete_rows", "patterns": [{"columns": […], "rows"}…] (the 30 with most rows that lack something),
/// "patterns_exact",
///  "together": [{"columns": […], "rows"}…]}.
Json MissingOf(const Table& table, const std::vector<MissingTogether>& together);

}  // namespace cairn::profile
