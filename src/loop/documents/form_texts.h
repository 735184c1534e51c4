#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace cairn::documents {

/// The forms that the program carries, forms/NAME.yaml by name.
std::span<const std::pair<std::string_view, std::string_view>> FormTexts();

}  // namespace cairn::documents
