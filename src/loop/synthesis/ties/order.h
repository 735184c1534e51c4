#pragma once

#include <cstdint>
#include <vector>

#include "loop/profile/outline.h"

namespace cairn::synthesis {

/// For each column the order of its levels (places in `levels`, first to last) in which it goes best with the
/// column of numbers, or of two levels, that it has most to do with: so a rank correlation can carry it.
/// Where there is none, and for columns without levels, the order that is there.
std::vector<std::vector<std::size_t>> OrdersOf(const std::vector<profile::ColumnOutline>& columns);

}  // namespace cairn::synthesis
