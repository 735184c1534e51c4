#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "server/inference/grpc/services.h"

namespace cairn::inference {
namespace {

constexpr int kListeners = 8;

class Door final : public GrpcDoor {
 public:
  Door(const Ask& ask, const Options& options) : inference_(ask, options.at_once), health_(ask) {
    const bool six = options.host.find(':') != std::string::npos;
    const std::string host = six ? "[" + options.host + "]" : options.host;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(host + ":" + std::to_string(options.port), grpc::InsecureServerCredentials(),
                             &port_);
    // Two servers on one port would each get some of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes));
    grpc::ResourceQuota quota("calls");
    // A call has a thread while it runs or waits; a few more look for new ones.
    quota.SetMaxThreads(options.at_once + options.waiting + kListeners);
    builder.SetResourceQuota(quota);
    builder.RegisterService(&inference_);
    builder.RegisterService(&health_);
    server_ = builder.BuildAndStart();
  }
  ~Door() override { Stop(std::chrono::seconds(10)); }

  bool listens() const { return server_ && port_ > 0; }
  std::uint16_t port() const override { return static_cast<std::uint16_t>(port_); }

  void Stop(std::chrono::milliseconds grace) override {
    if (!server_) return;
    server_->Shutdown(std::chrono::system_clock::now() + grace);
    server_->Wait();
    server_.reset();
  }

 private:
  int port_ = 0;
  InferenceCalls inference_;
  HealthCalls health_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

extern "C" std::unique_ptr<GrpcDoor> cairn_open_grpc_door(const GrpcDoor::Ask& ask,
                                                          const GrpcDoor::Options& options, Error& error);

/// What the program looks for (GrpcDoor::Opener).
std::unique_ptr<GrpcDoor> cairn_open_grpc_door(const GrpcDoor::Ask& ask, const GrpcDoor::Options& options,
                                               Error& error) {
  gpr_set_log_function([](gpr_log_func_args*) {});
  auto door = std::make_unique<Door>(ask, options);
  if (door->listens()) return door;
  error = {Reason::Unavailable, "Cannot listen for gRPC on " + options.host + ":" +
                                    std::to_string(options.port) +
                                    ": the address is in use or not this machine's; choose another with "
                                    "--grpc-listen"};
  return nullptr;
}

}  // namespace cairn::inference
