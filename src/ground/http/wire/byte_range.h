#pragma once

#include <cstdint>
#include <string_view>

#include "ground/http/message.h"

namespace cairn::http::wire {

/// What a Range header asks of `size` bytes (RFC 9110, section 14).
struct ByteRange {
  enum class Kind { Whole, Part, Unsatisfiable } kind = Kind::Whole;
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

/// Whole for anything but a single well-formed range of bytes: such a header is to be ignored.
ByteRange RangeOf(std::string_view header, std::uint64_t size);

/// Cuts a 200 with a FileBody down to what the request's Range (and If-Range) asks: 206, or 416 without a
/// body.
void ApplyRange(const Request& request, Response& response);

}  // namespace cairn::http::wire
