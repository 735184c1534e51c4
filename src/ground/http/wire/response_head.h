#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/http/message.h"

namespace cairn::http::wire {

struct Framing {
  std::uint64_t length = 0;  ///< Of the body that follows, or for HEAD would have followed.
  bool keep_alive = true;
  bool say_keep_alive = false;                    ///< An HTTP/1.0 client must be told.
  std::string_view frame_options = "SAMEORIGIN";  ///< X-Frame-Options; "" leaves it out.
};

/// Appends status line and header fields with the blank line. Content-Length, Connection, Date and Server are
/// ours: such fields of the response are left out. A line break inside a field's value becomes a space.
void AppendHead(std::string& out, const Response& response, const Framing& framing);

}  // namespace cairn::http::wire
