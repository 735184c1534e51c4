#pragma once

#include "ground/vocabulary/json.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

/// At most so many columns of a kind are held against each other.
inline constexpr std::size_t kMostInMatrix = 40;

/// {"numbers": {"columns": […], "pearson": [[…]…] (all rows), "spearman": [[…]…] (sampled rows)},
///  "categories": {"columns": […], "cramers_v": [[…]…] (sampled rows; of at most 100 levels)}}. Rows that
///  lack one of the
/// two values are left out (as pandas does); null where a measure is not defined. The first kMostInMatrix
/// columns.
Json CorrelationsOf(Table& table, Crew& crew);

}  // namespace cairn::profile
