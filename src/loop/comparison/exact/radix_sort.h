#pragma once

#include <vector>

namespace cairn::comparison {

/// Sorts finite doubles into ascending order; -0 stands before 0. O(n): several times faster than comparing
/// for the sizes of a column.
void Sort(std::vector<double>& values);

}  // namespace cairn::comparison
