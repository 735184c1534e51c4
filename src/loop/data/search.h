#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/data/version.h"

namespace cairn::data {

/// Where a data set answers to the words of a search: "name", "column carrier", "tag monthly", "owner", …;
/// none when a word is found nowhere in it. Case does not matter, parts of words count, all words must be
/// found.
std::vector<std::string> PlacesFound(const DatasetVersion& newest, std::string_view words);

}  // namespace cairn::data
