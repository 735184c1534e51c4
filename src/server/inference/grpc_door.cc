#include "server/inference/grpc_door.h"

#include "ground/os/library.h"

namespace cairn::inference {

Result<std::unique_ptr<GrpcDoor>> GrpcDoor::Open(const http::Router& router, const Options& options) {
  const auto library =
      CAIRN_TRY(os::Library::Open({.title = "The gRPC door",
                                   .files = {"libcairn-grpc.so"},
                                   .remedy = "leave out --grpc-listen, or install Cairn's package whole"}));
  const auto open = CAIRN_TRY(library.Symbol<Opener>("cairn_open_grpc_door"));
  Error error{Reason::Internal, ""};
  auto door =
      open([&router](http::Request request) { return router.Dispatch(std::move(request)); }, options, error);
  if (!door) return error;
  return door;
}

}  // namespace cairn::inference
