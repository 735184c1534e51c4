#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/time.h"

namespace cairn::synthesis {

/// A moment (UTC) in one of the forms that profiles know: "YYYY-MM-DD", "YYYY-MM-DD hh:mm", "DD.MM.YYYY",
/// "D Month YYYY"…
std::string DateText(TimeMs moment, std::string_view form);

}  // namespace cairn::synthesis
