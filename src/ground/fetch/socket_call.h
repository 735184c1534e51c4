#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ground/fetch/incoming.h"
#include "ground/vocabulary/result.h"

namespace cairn::fetch {

/// One HTTP/1.1 request over a Unix socket or plain TCP to this machine, on a connection of its own. For
/// anything that leaves the machine, Fetch.
struct SocketCall {
  std::string socket_path;  ///< When set, in place of the port.
  std::uint16_t port = 0;   ///< On 127.0.0.1.
  std::string method = "GET";
  std::string target = "/";  ///< Path and query, escaped.
  Fields headers;            ///< Host, Content-Length and Connection are added.
  std::string body;
  std::string body_file;                      ///< When set, sent in place of `body`, piece by piece.
  std::chrono::milliseconds timeout{30'000};  ///< Without any progress. 0: none.
  std::size_t max_response_bytes = 64 * 1024 * 1024;
  /// When set, gets each piece of a 2xx body as it arrives (Incoming::body stays empty and the size limit
  /// does not count); an error ends the call.
  std::function<Result<>(std::string_view)> on_chunk;
};

/// Unavailable when nobody answers there, the connection breaks or time runs out; TooLarge past the limit;
/// Corrupt when the answer is not HTTP.
Result<Incoming> Call(const SocketCall& call);

}  // namespace cairn::fetch
