#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/http/message.h"

namespace cairn::http::wire {

struct Framing {
  std::uint64_t length = 0;  ///< Of the body that follows, or for HEAD would have followed.
  bool keep_alive = true;
  bool say_keep_alive = false;  ///< An HTTP/1.0 client must be told.
};

/// Appends status line and header fields with the blank line. Content-Length, Connection, Date and Server are
/// ours: such fields of the response are left out. A line break inside a field's value becomes a space.
void AppendHead(std::string& out, const Response& response, const Framing& framing);

/// {"error":{"code":…,"message":…}}, for what the server answers by itself.
Response Refused(int status, std::string_view message);

}  // namespace cairn::http::wire
