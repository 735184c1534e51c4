#pragma once

#include <cstdint>
#include <optional>

#include "ground/sql/connection.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::governance {

/// `gates.valid_days`: for how long after it was proposed a decision can be approved, and for how long after
/// that an approval can be carried out, in milliseconds. None: for ever. InvalidArgument with place unless it
/// is a whole number of days from 1 to 3650.
Result<std::optional<std::int64_t>> ReadValidity(const Node& configuration);
/// That of the configuration that governs; none before one was accepted.
Result<std::optional<std::int64_t>> ValidityIn(sql::Connection& connection);

}  // namespace cairn::governance
