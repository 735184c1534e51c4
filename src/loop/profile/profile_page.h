#pragma once

#include <string>

#include "ground/vocabulary/json.h"

namespace cairn::profile {

/// The report that Profile gave as one HTML page that needs nothing else: warnings first, then a small
/// picture of every column. Every bar carries its count in `data-rows`, and its height is that count's share
/// of the largest one. `title` names the data set and version.
std::string ProfilePage(const Json& report, const std::string& title);

}  // namespace cairn::profile
