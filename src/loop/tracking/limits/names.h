#pragma once

#include <string>

namespace cairn::tracking {

/// A name for what was given none: "steady-heron-417", at most 20 characters.
std::string RandomName();

}  // namespace cairn::tracking
