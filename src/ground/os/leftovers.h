#pragma once

#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// Kills (SIGKILL) every process of this user, but this one, that was started with `name` set to `value` in
/// its environment, and comes back when none is left; gives how many there were. A program that was killed
/// cannot end its children: the next one finds them by a variable that only they carry. Unavailable when one
/// does not die within ten seconds.
Result<int> EndLeftovers(std::string_view name, std::string_view value);

}  // namespace cairn::os
