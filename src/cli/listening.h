#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/command.h"
#include "ground/http/router.h"
#include "ground/vocabulary/result.h"
#include "server/inference/grpc_door.h"

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

/// The door for gRPC beside the HTTP one.
struct GrpcListening {
  std::unique_ptr<inference::GrpcDoor> door;  ///< Null: none was asked for.
  std::string address;                        ///< Where it listens, "127.0.0.1:8001", or "".
};
/// The door that --grpc-listen asks for (an address as --listen's), answering by `router`. Errors as
/// ReadListening and GrpcDoor::Open.
Result<GrpcListening> OpenGrpcDoor(const Arguments& arguments, const std::string& command,
                                   const http::Router& router);
/// The flag, for the commands that have it.
Flag GrpcListenFlag();

/// "http://127.0.0.1:8080".
std::string UrlOf(const std::string& host, std::uint16_t port);
}  // namespace cairn::cli
