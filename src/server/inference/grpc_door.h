#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ground/http/router.h"
#include "ground/vocabulary/result.h"

namespace cairn::inference {

/// The Open Inference Protocol over gRPC (service inference.GRPCInferenceService, with ModelStreamInfer,
/// ModelConfig, ModelStatistics and the model repository) and grpc.health.v1.Health, plain text as the HTTP
/// side. Every call is answered by the REST route that means the same, on the same router and with the
/// caller's metadata as header fields, so that rules, records and sentences are those of REST. A status of
/// REST comes as the gRPC code of the same name: 400 and 422 INVALID_ARGUMENT, 401 UNAUTHENTICATED, 403
/// PERMISSION_DENIED, 404 NOT_FOUND, 409 ABORTED, 413, 429 and 507 RESOURCE_EXHAUSTED, 501 UNIMPLEMENTED, 503
/// UNAVAILABLE, 504 DEADLINE_EXCEEDED, others INTERNAL. A call whose deadline has passed, or that was
/// cancelled, is not begun; what is left of a deadline is the parameter `timeout` of the request to infer.
///
/// gRPC's libraries are mapped at the first Open and not before: a module of its own carries them.
class GrpcDoor {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;                        ///< 0: a free one; port() tells.
    std::size_t message_bytes = 64 * 1024 * 1024;  ///< Of one request, unpacked; beyond: RESOURCE_EXHAUSTED.
    int at_once = 16;    ///< Threads for predictions that may have to wait, or that come together.
    int waiting = 1024;  ///< Calls that may wait for those; beyond: RESOURCE_EXHAUSTED.
  };

  /// Listens and serves at once. `router` must outlive the door. Unavailable when the address is in use;
  /// NotFound or Unsupported when the module, or gRPC itself, is not on this machine.
  static Result<std::unique_ptr<GrpcDoor>> Open(const http::Router& router, const Options& options);
  /// Stops.
  virtual ~GrpcDoor() = default;

  virtual std::uint16_t port() const = 0;
  /// Refuses new calls, answers those that are under way (at most `grace`), cancels the rest.
  virtual void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(10'000)) = 0;

  /// What the module asks: a request of REST.
  using Ask = std::function<http::Response(http::Request)>;
  struct Rest {
    Ask ask;
    /// Whether a prediction asked for now may have to wait for others (http::Route::may_wait).
    std::function<bool()> may_wait;
  };
  /// The module's one function.
  using Opener = std::unique_ptr<GrpcDoor> (*)(const Rest& rest, const Options& options, Error& error);
};

}  // namespace cairn::inference
