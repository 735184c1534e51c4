#include "ground/http/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "ground/http/wire/connection.h"
#include "ground/http/wire/listener.h"
#include "ground/http/wire/response_head.h"

namespace cairn::http {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// One I/O thread with the connections that live on it.
struct Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  asio::steady_timer sweep{context};
  std::unordered_set<std::shared_ptr<wire::Connection>> connections;
  bool draining = false;
  bool ended = false;
  std::thread thread;
};

/// How often deadlines are looked at: often enough for the shortest of them.
std::chrono::milliseconds SweepInterval(const Limits& limits) {
  const auto shortest = std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

void SendAtOnce(int descriptor, const Response& response) {
  std::string text;
  wire::AppendHead(text, response, {.length = response.content().size(), .keep_alive = false});
  text += response.content();
  [[maybe_unused]] const auto sent =
      ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

struct Server::Impl {
  Impl(const Router& router, Options options) : service(router, std::move(options)) {
    const int count = std::max(1, service.options.io_threads);
    for (int i = 0; i < count; ++i) loops.push_back(std::make_unique<Loop>());
  }

  Result<> Listen();
  void Run();
  void Stop(std::chrono::milliseconds grace);

  asio::awaitable<void> Accept(wire::Acceptor& acceptor, bool trusted);
  asio::awaitable<void> Sweep(Loop& loop);
  void Admit(Loop& loop, wire::Socket socket, bool trusted);
  void Left(Loop& loop, const std::shared_ptr<wire::Connection>& connection);
  void OnEachConnection(void (wire::Connection::*act)());

  wire::Service service;
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::pair<wire::Acceptor, bool>> acceptors;  ///< And whether what they accept is trusted.
  std::uint16_t port = 0;
  std::size_t next_loop = 0;

  std::mutex stopping;
  bool stopped = false;
  std::mutex mutex;
  std::condition_variable all_left;
  std::size_t open = 0;  ///< Connections; under `mutex`.
};

Result<> Server::Impl::Listen() {
  if (!service.options.spool_dir.empty()) wire::SpoolFile::Sweep(service.options.spool_dir);
  auto& context = loops.front()->context;
  if (!service.options.host.empty()) {
    acceptors.emplace_back(CAIRN_TRY(wire::ListenOn(context, service.options.host, service.options.port)),
                           false);
    port = wire::PortOf(acceptors.back().first);
  }
  if (!service.options.socket_path.empty()) {
    acceptors.emplace_back(CAIRN_TRY(wire::ListenOn(context, service.options.socket_path)), true);
  }
  return {};
}

void Server::Impl::Run() {
  for (auto& [acceptor, trusted] : acceptors) {
    asio::co_spawn(loops.front()->context, Accept(acceptor, trusted), asio::detached);
  }
  for (auto& loop : loops) {
    asio::co_spawn(loop->context, Sweep(*loop), asio::detached);
    loop->thread = std::thread([&context = loop->context] { context.run(); });
  }
}

asio::awaitable<void> Server::Impl::Accept(wire::Acceptor& acceptor, bool trusted) {
  asio::steady_timer pause(loops.front()->context);
  while (acceptor.is_open()) {
    Loop& loop = *loops[next_loop++ % loops.size()];
    wire::Socket socket(loop.context);
    const auto [code] = co_await acceptor.async_accept(socket, kAwait);
    if (code == asio::error::operation_aborted) co_return;
    if (code) {
      // Mostly: no file descriptors left. Trying again at once would only burn the processor.
      pause.expires_after(std::chrono::milliseconds(20));
      co_await pause.async_wait(kAwait);
      continue;
    }
    asio::post(loop.context, [this, &loop, trusted, taken = std::move(socket)]() mutable {
      Admit(loop, std::move(taken), trusted);
    });
  }
}

void Server::Impl::Admit(Loop& loop, wire::Socket socket, bool trusted) {
  if (loop.draining) return;
  Code code;
  socket.non_blocking(true, code);
  const int descriptor = socket.native_handle();
  if (!trusted) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  {
    const std::lock_guard lock(mutex);
    if (open >= service.options.limits.connections) {
      SendAtOnce(descriptor,
                 service.router.Refuse(
                     "", 503, "The server has as many connections as it can take: try again later."));
      return;
    }
    ++open;
  }
  auto connection = std::make_shared<wire::Connection>(
      service, std::move(socket), trusted ? "socket" : wire::PeerOf(descriptor), trusted);
  loop.connections.insert(connection);
  asio::co_spawn(loop.context, connection->Serve(),
                 [this, &loop, connection](std::exception_ptr) { Left(loop, connection); });
}

void Server::Impl::Left(Loop& loop, const std::shared_ptr<wire::Connection>& connection) {
  loop.connections.erase(connection);
  const std::lock_guard lock(mutex);
  if (--open == 0) all_left.notify_all();
}

asio::awaitable<void> Server::Impl::Sweep(Loop& loop) {
  const auto interval = SweepInterval(service.options.limits);
  while (!loop.ended) {
    loop.sweep.expires_after(interval);
    co_await loop.sweep.async_wait(kAwait);
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : loop.connections) connection->CheckDeadline(now);
  }
}

/// Returns when each loop has done it; from the first call on no loop admits another connection.
void Server::Impl::OnEachConnection(void (wire::Connection::*act)()) {
  std::latch done(static_cast<std::ptrdiff_t>(loops.size()));
  for (auto& loop : loops) {
    asio::post(loop->context, [&loop = *loop, &done, act] {
      loop.draining = true;
      for (const auto& connection : loop.connections) ((*connection).*act)();
      done.count_down();
    });
  }
  done.wait();
}

void Server::Impl::Stop(std::chrono::milliseconds grace) {
  const std::lock_guard only_one(stopping);
  if (std::exchange(stopped, true)) return;
  asio::post(loops.front()->context, [this] {
    Code ignored;
    for (auto& [acceptor, trusted] : acceptors) acceptor.close(ignored);
  });
  OnEachConnection(&wire::Connection::Drain);
  {
    std::unique_lock lock(mutex);
    all_left.wait_for(lock, grace, [this] { return open == 0; });
  }
  OnEachConnection(&wire::Connection::Abort);
  for (auto* pool : {&service.read, &service.write, &service.bytes, &service.inference}) pool->Stop();
  {
    std::unique_lock lock(mutex);
    all_left.wait(lock, [this] { return open == 0; });
  }
  service.disk.Stop();
  for (auto& loop : loops) {
    asio::post(loop->context, [&loop = *loop] {
      loop.ended = true;
      loop.sweep.cancel();
    });
    loop->guard.reset();
    loop->thread.join();
  }
  if (!service.options.socket_path.empty()) ::unlink(service.options.socket_path.c_str());
}

Result<std::unique_ptr<Server>> Server::Start(const Router& router, Options options) {
  auto impl = std::make_unique<Impl>(router, std::move(options));
  CAIRN_TRY(impl->Listen());
  impl->Run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { Stop(); }

std::uint16_t Server::port() const { return impl_->port; }
void Server::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

}  // namespace cairn::http
