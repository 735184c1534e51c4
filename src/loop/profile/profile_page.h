#pragma once

#include <string>

#include "ground/vocabulary/json.h"

namespace cairn::profile {

/// The report that Profile gave as one HTML page that needs nothing else and reads on a light ground, a dark
/// one and paper: what it is of, warnings, what is missing, what goes together, then a picture of every
/// column. Every bar of values carries its count in `data-rows`. `title` names the data set and version, or
/// the file. Reports of format 1, which older versions kept, are shown too.
std::string ProfilePage(const Json& report, const std::string& title);

}  // namespace cairn::profile
