#pragma once

#include <cstddef>
#include <span>

#include "ground/tables/table.h"

namespace cairn::evaluation {

/// Those rows of a table, in that order.
tables::Table Picked(const tables::Table& table, std::span<const std::size_t> rows);

}  // namespace cairn::evaluation
