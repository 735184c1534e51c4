#pragma once

#include "loop/profile/profile.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

/// The report of profile.h.
Json ReportOf(Table& table, const Subject& subject, unsigned threads);

}  // namespace cairn::profile
