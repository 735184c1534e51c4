#pragma once

#include <cstdint>
#include <string>

#include "cli/command.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// Where a command listens.
struct Listening {
  std::string host;
  std::uint16_t port = 0;
};

/// --listen: "127.0.0.1:8080", "[::1]:0", ":8080" or "8080"; 127.0.0.1:8080 when it is not given.
/// InvalidArgument for what is no address; Denied for one beyond this machine: nobody could be told apart
/// there yet. `command` is for the message: "cairn up".
Result<Listening> ReadListening(const Arguments& arguments, const std::string& command);

/// "http://127.0.0.1:8080".
std::string UrlOf(const std::string& host, std::uint16_t port);

}  // namespace cairn::cli
