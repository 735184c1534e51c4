#include "cli/listening.h"

#include "ground/http/server.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {

namespace {

Result<Listening> ReadAddress(const std::string& text, const std::string& command) {
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

std::string AddressOf(const std::string& host, std::uint16_t port) {
  return (host == "::1" ? "[::1]" : host) + ":" + std::to_string(port);
}

}  // namespace

Result<Listening> ReadListening(const Arguments& arguments, const std::string& command) {
  return ReadAddress(arguments.Has("--listen") ? arguments.Text("--listen") : "127.0.0.1:8080", command);
}

Result<GrpcListening> OpenGrpcDoor(const Arguments& arguments, const std::string& command,
                                   const http::Router& router) {
  if (!arguments.Has("--grpc-listen")) return GrpcListening();
  const auto address = CAIRN_TRY(ReadAddress(arguments.Text("--grpc-listen"), command));
  inference::GrpcDoor::Options options;
  options.host = address.host;
  options.port = address.port;
  const http::Limits limits;
  options.message_bytes = limits.memory_body_bytes;
  options.at_once = static_cast<int>(limits.inference.threads);
  options.waiting = static_cast<int>(limits.inference.queue);
  GrpcListening listening{CAIRN_TRY(inference::GrpcDoor::Open(router, options)), ""};
  listening.address = AddressOf(address.host, listening.door->port());
  return listening;
}

Flag GrpcListenFlag() {
  return {"--grpc-listen", "ADDRESS",
          "Where to answer the Open Inference Protocol over gRPC as well (nowhere); port 0 takes a free one"};
}

std::string UrlOf(const std::string& host, std::uint16_t port) { return "http://" + AddressOf(host, port); }

}  // namespace cairn::cli
