#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ground/vocabulary/text.h"

/// What the targets share: bytes in, and properties that must hold whatever the bytes are.
namespace cairn::fuzz {

inline std::string_view Bytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program, which the fuzzer reports with the input, when a property does not hold.
inline void Hold(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "This must hold and does not: %s\n", property);
  std::abort();
}

/// The same for two texts, which are shown.
inline void HoldEqual(std::string_view one, std::string_view other, const char* property) {
  if (one == other) return;
  std::fprintf(stderr, "These must be equal (%s):\n%.*s\n--\n%.*s\n", property, static_cast<int>(one.size()),
               one.data(), static_cast<int>(other.size()), other.data());
  std::abort();
}

/// Takes what stands before the next `mark` byte off the front of `rest`.
inline std::string_view TakePart(std::string_view& rest, char mark) {
  const auto end = rest.find(mark);
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

}  // namespace cairn::fuzz
