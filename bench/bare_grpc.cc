// The least that a call of gRPC takes here: a server that answers every call with an empty message, on the
// one thread that waits for them, and does nothing else. Says its port, and ends with its standard input.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdio>
#include <memory>
#include <thread>

namespace {

struct Call {
  grpc::GenericServerContext context;
  grpc::GenericServerAsyncReaderWriter stream{&context};
  grpc::ByteBuffer asked;
  enum class Step { Arriving, Reading, Ending } step = Step::Arriving;
};

void Await(grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue) {
  auto* call = new Call;
  service.RequestCall(&call->context, &call->stream, &queue, &queue, call);
}

void Serve(grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue) {
  Await(service, queue);
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
    auto* call = static_cast<Call*>(tag);
    if (!ok || call->step == Call::Step::Ending) {
      delete call;
    } else if (call->step == Call::Step::Arriving) {
      call->step = Call::Step::Reading;
      call->stream.Read(&call->asked, call);
      Await(service, queue);
    } else {
      call->step = Call::Step::Ending;
      const grpc::Slice nothing(std::string{});
      call->stream.WriteAndFinish(grpc::ByteBuffer(&nothing, 1), grpc::WriteOptions(), grpc::Status::OK,
                                  call);
    }
  }
}

}  // namespace

int main() {
  grpc::ServerBuilder builder;
  grpc::AsyncGenericService service;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterAsyncGenericService(&service);
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  std::thread serving([&] { Serve(service, *queue); });
  std::printf("%d\n", port);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  server->Shutdown();
  queue->Shutdown();
  serving.join();
}
