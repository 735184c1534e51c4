#pragma once

#include "ground/tables/csv_dialect.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::api {

/// The member "dialect": {"encoding", "delimiter", "quote", "escape", "decimal", "header", "skip_lines"},
/// each optional. InvalidArgument for a member that is not known, or a value that says nothing.
Result<tables::Dialect> DialectIn(const Json& body);

}  // namespace cairn::api
