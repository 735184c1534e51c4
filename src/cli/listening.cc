#include "cli/listening.h"

#include "ground/vocabulary/text.h"

namespace cairn::cli {

Result<Listening> ReadListening(const Arguments& arguments, const std::string& command) {
  const std::string text = arguments.Has("--listen") ? arguments.Text("--listen") : "127.0.0.1:8080";
  const auto colon = text.rfind(':');
  Listening listening;
  listening.host = colon == std::string::npos || colon == 0 ? "127.0.0.1" : text.substr(0, colon);
  if (listening.host.size() > 2 && listening.host.front() == '[')
    listening.host = listening.host.substr(1, listening.host.size() - 2);
  const auto port = ParseInt(colon == std::string::npos ? text : text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) {
    return Error{Reason::InvalidArgument,
                 "'" + text + "' is not an address to listen on: write 127.0.0.1:8080"};
  }
  listening.port = static_cast<std::uint16_t>(*port);
  if (listening.host == "localhost") listening.host = "127.0.0.1";
  if (!listening.host.starts_with("127.") && listening.host != "::1") {
    return Error{Reason::Denied,
                 command + " listens on this machine only (127.0.0.1 or ::1), not on '" + listening.host +
                     "': callers from elsewhere could not be told apart until authentication exists. Put a "
                     "proxy that authenticates in front of it"};
  }
  return listening;
}

std::string UrlOf(const std::string& host, std::uint16_t port) {
  return "http://" + (host == "::1" ? "[::1]" : host) + ":" + std::to_string(port);
}

}  // namespace cairn::cli
