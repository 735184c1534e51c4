#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <string>
#include <unordered_map>

#include "server/inference/grpc_door.h"

namespace cairn::inference {

/// A method of the door's services: one message in, one out.
struct Method {
  enum class Kind {
    Quick,     ///< Never blocks.
    Reads,     ///< May read records, or load a version.
    Predicts,  ///< Blocks when a prediction may have to wait (GrpcDoor::Rest::may_wait).
  };
  Kind kind = Kind::Reads;
  bool streams = false;  ///< As many messages as the caller likes, each answered by one.
  /// Reads the one and writes the other. From any thread.
  std::function<grpc::Status(const grpc::ServerContext& call, grpc::ByteBuffer& asked,
                             grpc::ByteBuffer& answered)>
      answer;
};

/// By their paths, "/inference.GRPCInferenceService/ModelInfer". Of the health service Check alone: Watch is
/// UNIMPLEMENTED, which its callers take for a server that asks to be checked.
using Methods = std::unordered_map<std::string, Method>;
Methods MethodsOf(const GrpcDoor::Ask& ask);

}  // namespace cairn::inference
