#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::fetch {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// An answer, whatever its status: 404 is an answer too.
struct Incoming {
  int status = 0;
  Fields headers;
  std::string body;  ///< Empty when it went to a file or a callback.

  /// The first header field of that name (compared without case), or "".
  std::string_view Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (EqualsIgnoringCase(key, name)) return value;
    }
    return {};
  }
};

}  // namespace cairn::fetch
