#include <grpc/support/log.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <thread>

#include "ground/os/pool.h"
#include "server/inference/grpc/exchange.h"

namespace cairn::inference {
namespace {

/// Threads for calls that read records.
constexpr unsigned kReaders = 2;
/// Longer messages are a pool's: reading one takes a while, and the others would wait for it.
constexpr std::size_t kBriefMessage = 256 * 1024;

/// One thread waits for what comes, and answers what takes microseconds itself, without handing it to
/// another one (docs/decisions/0091-grpc-answers-on-the-thread-that-listens.md).
class Door final : public GrpcDoor {
 public:
  Door(const Rest& rest, const Options& options)
      : rest_(rest),
        methods_(MethodsOf(rest.ask)),
        predictions_("grpc-infer", static_cast<unsigned>(options.at_once),
                     static_cast<std::size_t>(options.waiting)),
        readers_("grpc-read", kReaders, static_cast<std::size_t>(options.waiting)) {
    const bool six = options.host.find(':') != std::string::npos;
    const std::string host = six ? "[" + options.host + "]" : options.host;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(host + ":" + std::to_string(options.port), grpc::InsecureServerCredentials(),
                             &port_);
    // Two servers on one port would each get some of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes));
    builder.RegisterAsyncGenericService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    if (listens()) Exchange::Await(methods_, service_, *queue_);
    listener_ = std::thread([this] { Listen(); });
  }
  ~Door() override { Stop(std::chrono::seconds(10)); }

  bool listens() const { return server_ && port_ > 0; }
  std::uint16_t port() const override { return static_cast<std::uint16_t>(port_); }

  void Stop(std::chrono::milliseconds grace) override {
    if (!listener_.joinable()) return;
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + grace);
    predictions_.Stop();
    readers_.Stop();
    queue_->Shutdown();
    listener_.join();
    server_.reset();
  }

 private:
  void Listen();
  bool Blocks(const Exchange& exchange) const;
  void HandOver(Exchange& exchange);

  const Rest rest_;
  const Methods methods_;
  os::WorkerPool predictions_, readers_;
  int port_ = 0;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::Server> server_;
  std::thread listener_;
};

/// A message is answered here when no other one has come meanwhile; of several, all but the last are handed
/// to other threads.
void Door::Listen() {
  Exchange* mine = nullptr;
  while (true) {
    void* tag = nullptr;
    bool ok = false;
    using Status = grpc::CompletionQueue::NextStatus;
    const Status got = mine ? queue_->AsyncNext(&tag, &ok, gpr_time_0(GPR_CLOCK_MONOTONIC))
                            : (queue_->Next(&tag, &ok) ? Status::GOT_EVENT : Status::SHUTDOWN);
    if (got == Status::GOT_EVENT) {
      const auto& event = *static_cast<Exchange::Tag*>(tag);
      Exchange* const exchange = event.exchange;
      if (!Exchange::Take(event, ok)) continue;
      if (Blocks(*exchange)) {
        HandOver(*exchange);
      } else {
        if (mine) HandOver(*mine);
        mine = exchange;
      }
      continue;
    }
    if (mine) std::exchange(mine, nullptr)->Answer();
    if (got == Status::SHUTDOWN) return;
  }
}

bool Door::Blocks(const Exchange& exchange) const {
  if (exchange.bytes() > kBriefMessage) return true;
  switch (exchange.method().kind) {
    case Method::Kind::Quick:
      return false;
    case Method::Kind::Reads:
      return true;
    case Method::Kind::Predicts:
      return rest_.may_wait();
  }
  return true;
}

void Door::HandOver(Exchange& exchange) {
  auto& pool = exchange.method().kind == Method::Kind::Predicts ? predictions_ : readers_;
  if (!pool.Submit([&exchange](std::stop_token) { exchange.Answer(); }))
    exchange.Refuse({grpc::StatusCode::RESOURCE_EXHAUSTED,
                     "As many calls wait as may: try again in a second, or over fewer connections"});
}

}  // namespace

extern "C" std::unique_ptr<GrpcDoor> cairn_open_grpc_door(const GrpcDoor::Rest& rest,
                                                          const GrpcDoor::Options& options, Error& error);

/// What the program looks for (GrpcDoor::Opener).
std::unique_ptr<GrpcDoor> cairn_open_grpc_door(const GrpcDoor::Rest& rest, const GrpcDoor::Options& options,
                                               Error& error) {
  gpr_set_log_function([](gpr_log_func_args*) {});
  auto door = std::make_unique<Door>(rest, options);
  if (door->listens()) return door;
  error = {Reason::Unavailable, "Cannot listen for gRPC on " + options.host + ":" +
                                    std::to_string(options.port) +
                                    ": the address is in use or not this machine's; choose another with "
                                    "--grpc-listen"};
  return nullptr;
}

}  // namespace cairn::inference
