#pragma once

#include <string_view>

namespace cairn::profile {

/// Whether `word` is among some hundred given names and surnames that are common in Europe and the Americas,
/// or among those of large populations elsewhere. Capitals make no difference.
bool IsCommonName(std::string_view word);

}  // namespace cairn::profile
