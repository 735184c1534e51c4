#pragma once

#include "loop/profile/outline.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

Outline OutlineOf(Table& table);

}  // namespace cairn::profile
