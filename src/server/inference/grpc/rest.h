#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>

#include "ground/http/message.h"
#include "ground/vocabulary/result.h"
#include "server/inference/grpc_door.h"

/// A call of gRPC as a request of REST, and what came of it.
namespace cairn::inference {

/// Sends `request` in the name of the call's caller: with its address, and its metadata as header fields
/// (which are names and values of visible characters) but for those that say how a body travels. A call that
/// nobody waits for is not asked: 504, or 499 for one that was cancelled.
http::Response AskFor(const GrpcDoor::Ask& ask, const grpc::ServerContext& call, http::Request request);

/// OK for a 2xx, else the code of the same name and the sentence of the answer.
grpc::Status StatusOf(const http::Response& answer);
grpc::Status StatusOf(const Error& error);

/// "127.0.0.1:50312" of gRPC's "ipv4:127.0.0.1:50312"; "[::1]:50312" of "ipv6:%5B::1%5D:50312".
std::string PeerOf(const std::string& peer);

}  // namespace cairn::inference
