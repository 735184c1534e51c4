#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::tracking {

/// Where the next page of an answer begins, as opaque text: base64 of {"offset": N}, and of what was asked
/// where `asked` is given.
std::string PageToken(std::int64_t offset, std::string_view asked = "");

/// The offset; 0 of an empty token. InvalidArgument "Invalid page token" for anything that PageToken did not
/// write, or that was written for another question.
Result<std::int64_t> OffsetOf(std::string_view token, std::string_view asked = "");

/// Cuts `found`, read with one item more than `limit`, to the page, and tells where the next begins (""
/// nowhere).
template <class T>
std::string CutToPage(std::vector<T>& found, std::int64_t offset, std::int64_t limit,
                      std::string_view asked = "") {
  if (static_cast<std::int64_t>(found.size()) <= limit) return "";
  found.resize(static_cast<std::size_t>(limit));
  return PageToken(offset + limit, asked);
}

}  // namespace cairn::tracking
