#pragma once

#include <string_view>

#include "ground/vocabulary/json.h"

namespace cairn {

/// What a plain scalar of a YAML document means (see Node): null, a truth value, a number, or the text
/// itself.
Json ResolveYaml(std::string_view text);

}  // namespace cairn
