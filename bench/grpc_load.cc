// Sends one message again and again over a few connections of gRPC, one call after the other on each, and
// prints how it went as one line of JSON, as load.cc does for HTTP.
//
//   grpc_load HOST:PORT METHOD MESSAGE-FILE CONNECTIONS CALLS
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
  std::string address, method, message;
  int connections = 1;
  std::int64_t calls = 1000;
};

struct Tally {
  std::vector<double> times_ms;
  std::int64_t refused = 0;
  std::string words;
};

grpc::Status CallOnce(grpc::GenericStub& stub, grpc::CompletionQueue& queue, const std::string& method,
                      const grpc::ByteBuffer& message) {
  grpc::ClientContext context;
  grpc::ByteBuffer answer;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, method, message, &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool done = false;
  queue.Next(&tag, &done);
  return status;
}

/// One connection's part; calls are taken from what is left for all.
Tally Drive(const Plan& plan, std::atomic<std::int64_t>& left) {
  grpc::ChannelArguments own;
  own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  grpc::GenericStub stub(grpc::CreateCustomChannel(plan.address, grpc::InsecureChannelCredentials(), own));
  grpc::CompletionQueue queue;
  const grpc::Slice slice(plan.message);
  const grpc::ByteBuffer message(&slice, 1);
  Tally tally;
  while (left.fetch_sub(1) > 0) {
    const auto began = Clock::now();
    const grpc::Status status = CallOnce(stub, queue, plan.method, message);
    tally.times_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    if (status.ok()) continue;
    ++tally.refused;
    if (tally.words.empty()) tally.words = status.error_message().substr(0, 200);
  }
  return tally;
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return quoted + "\"";
}

int Run(const Plan& plan) {
  std::atomic<std::int64_t> left = plan.calls;
  Tally all;
  std::mutex adding;
  const auto began = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int c = 0; c < plan.connections; ++c)
      threads.emplace_back([&] {
        const Tally part = Drive(plan, left);
        const std::lock_guard lock(adding);
        all.times_ms.insert(all.times_ms.end(), part.times_ms.begin(), part.times_ms.end());
        all.refused += part.refused;
        if (all.words.empty()) all.words = part.words;
      });
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::sort(all.times_ms.begin(), all.times_ms.end());
  const auto at = [&](double share) {
    return all.times_ms.empty()
               ? 0.0
               : all.times_ms[static_cast<std::size_t>(share * static_cast<double>(all.times_ms.size() - 1))];
  };
  std::printf(
      "{\"requests\": %zu, \"refused\": %lld, \"words\": %s, \"seconds\": %.6f, \"per_second\": %.3f, "
      "\"p50_ms\": %.4f, \"p99_ms\": %.4f}\n",
      all.times_ms.size(), static_cast<long long>(all.refused), Quoted(all.words).c_str(), seconds,
      static_cast<double>(all.times_ms.size()) / seconds, at(0.5), at(0.99));
  return all.refused == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    std::fputs("usage: grpc_load HOST:PORT METHOD MESSAGE-FILE CONNECTIONS CALLS\n", stderr);
    return 2;
  }
  std::ifstream file(words[3], std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "grpc_load: cannot read %s\n", words[3]);
    return 2;
  }
  const std::string message{std::istreambuf_iterator<char>(file), {}};
  return Run({words[1], words[2], message, std::atoi(words[4]), std::atoll(words[5])});
}
