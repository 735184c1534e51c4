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
  const http::Route* infer = router.Find("POST", "/v2/models/any/infer").route;
  const Rest rest{[&router](http::Request request) { return router.Dispatch(std::move(request)); },
                  [infer] { return !infer || !infer->may_wait || infer->may_wait(); }};
  auto door = open(rest, options, error);
  if (!door) return error;
  return door;
}

}  // namespace cairn::inference
