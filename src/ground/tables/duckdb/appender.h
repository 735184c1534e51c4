#pragma once

#include <string>
#include <string_view>

#include "ground/tables/duckdb/library.h"
#include "ground/tables/table.h"

namespace cairn::tables {

/// The statement that creates or replaces an empty table with the columns of `table`.
std::string CreateLike(std::string_view name, const Table& table);
/// Appends every row of `table` to the table `name`, whose columns must be those of CreateLike.
Result<> AppendAll(const Library& library, duckdb_connection connection, std::string_view name,
                   const Table& table);

}  // namespace cairn::tables
