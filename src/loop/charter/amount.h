#pragma once

#include <optional>
#include <string_view>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::charter {

/// A number of money, times or years at `key`; none where it does not stand. InvalidArgument with the place
/// when it is no number, or less than nothing.
Result<std::optional<double>> AmountAt(const Node& map, std::string_view key);

}  // namespace cairn::charter
