#include "ground/http/wire/connection.h"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "ground/http/wire/access_line.h"
#include "ground/vocabulary/text.h"

namespace cairn::http::wire {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHeaderRead = 8 * 1024;
constexpr std::size_t kMemoryRead = 256 * 1024;
constexpr std::size_t kChunk = 512 * 1024;
constexpr std::size_t kBriefBody = 16 * 1024;
constexpr std::size_t kKeptBuffer = 64 * 1024;
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds kLingerTime{2'000};

/// Inline when the I/O thread runs the route's handler itself.
Lane LaneFor(const Route& route, const Request& request) {
  if (route.lane == Lane::Brief && request.body.size() <= kBriefBody) return Lane::Inline;
  return route.lane == Lane::Inline && route.may_wait && route.may_wait() ? Lane::Inference : route.lane;
}

int StatusOf(const Error& error) { return error.reason == Reason::Exhausted ? 507 : 500; }

}  // namespace

struct Connection::Flag {
  bool raised = false;
};

/// Travels with a piece of work; when its last copy goes, done or dropped, the connection is woken.
struct Connection::Ticket {
  std::shared_ptr<Connection> connection;
  std::shared_ptr<Flag> flag;
  std::atomic_flag used;
  ~Ticket() { Use(); }
  /// Wakes the connection, after `first`; only the first time.
  void Use(const std::function<void()>& first = nullptr) {
    if (used.test_and_set()) return;
    if (first) first();
    const auto executor = connection->socket_.get_executor();
    asio::post(executor, [woken = std::move(connection), raised = std::move(flag)] {
      raised->raised = true;
      woken->wake_.cancel();
    });
  }
};

Connection::Connection(Service& service, Socket socket, std::string peer, bool trusted)
    : service_(service),
      socket_(std::move(socket)),
      wake_(socket_.get_executor(), Instant::max()),
      peer_(std::move(peer)),
      trusted_(trusted),
      reader_(service.options.limits.header_bytes) {}

asio::awaitable<void> Connection::Serve() {
  while (!closing_ && !lost_ && !aborted_) {
    reader_.Next();
    inbox_.Shrink(kKeptBuffer);
    const bool arrived = co_await ReadHeader();
    if (!arrived) break;
    co_await Answer();
  }
  co_await Linger();
  Code ignored;
  // Of an answer that broke off, what is still in the system's buffers is of no use to anybody.
  if (lost_ && phase_ == Phase::Writing) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Connection::Enter(Phase phase) {
  const auto& limits = service_.options.limits;
  const Instant now = std::chrono::steady_clock::now();
  switch (phase) {
    case Phase::Idle:
      deadline_ = now + limits.idle_timeout;
      break;
    case Phase::Header:
      if (phase_ != Phase::Header) {
        started_ = now;
        deadline_ = now + limits.header_timeout;
      }
      break;
    case Phase::Body:
    case Phase::Writing:
      deadline_ = now + limits.body_timeout;
      break;
    case Phase::Handling:
      deadline_ = Instant::max();
      break;
    case Phase::Lingering:
      deadline_ = now + kLingerTime;
      break;
  }
  phase_ = phase;
}

void Connection::CheckDeadline(Instant now) {
  if (now < deadline_) return;
  timed_out_ = true;
  deadline_ = Instant::max();
  Code ignored;
  socket_.cancel(ignored);
}

void Connection::Drain() {
  draining_ = true;
  Code ignored;
  if (phase_ == Phase::Idle || phase_ == Phase::Lingering) socket_.cancel(ignored);
}

void Connection::Abort() {
  aborted_ = true;
  Code ignored;
  socket_.cancel(ignored);
}

void Connection::Refuse(int status, std::string why) {
  if (refusal_.status == 0) refusal_ = {status, std::move(why)};
  closing_ = true;
}

std::shared_ptr<Connection::Flag> Connection::Start(LanePool& pool, std::function<void()> work) {
  auto ticket = NewTicket();
  auto flag = ticket->flag;
  const bool taken = pool.TryRun([work = std::move(work), ticket = std::move(ticket)] { work(); });
  return taken ? flag : nullptr;
}

std::shared_ptr<Connection::Ticket> Connection::NewTicket() {
  auto ticket = std::make_shared<Ticket>();
  ticket->connection = shared_from_this();
  ticket->flag = std::make_shared<Flag>();
  return ticket;
}

asio::awaitable<void> Connection::Until(std::shared_ptr<Flag> flag) {
  while (!flag->raised) {
    co_await wake_.async_wait(kAwait);
  }
}

asio::awaitable<bool> Connection::ReadSome(std::size_t least) {
  const std::span<char> room = inbox_.Room(least);
  if (aborted_ || timed_out_) co_return false;
  const auto [code, count] = co_await socket_.async_read_some(asio::buffer(room.data(), room.size()), kAwait);
  inbox_.Arrived(count);
  if (code && !timed_out_) lost_ = !draining_ || phase_ != Phase::Idle;
  co_return !code;
}

asio::awaitable<bool> Connection::ReadHeader() {
  phase_ = Phase::Idle;
  while (true) {
    while (!inbox_.unread().empty()) {
      const std::size_t used = reader_.FeedHeader(inbox_.unread());
      inbox_.Consume(used);
      if (reader_.refusal().status != 0 || reader_.header_done()) {
        if (phase_ != Phase::Header) Enter(Phase::Header);
        co_return true;
      }
      if (used == 0) break;
    }
    Enter(inbox_.unread().empty() && phase_ == Phase::Idle ? Phase::Idle : Phase::Header);
    if (draining_ && phase_ == Phase::Idle) co_return false;
    const bool more = co_await ReadSome(kHeaderRead);
    if (more && phase_ == Phase::Idle) Enter(Phase::Header);
    if (more) continue;
    const bool unfinished = timed_out_ && phase_ == Phase::Header;
    if (unfinished) Refuse(408, "The request's header did not arrive in time.");
    co_return unfinished;
  }
}

asio::awaitable<void> Connection::Answer() {
  Request& request = reader_.request();
  request.peer = peer_;
  refusal_ = Refusal();
  if (timed_out_) Refuse(408, "The request's header did not arrive in time.");
  if (reader_.refusal().status != 0) Refuse(reader_.refusal().status, reader_.refusal().why);
  if (refusal_.status == 0 && !trusted_) {
    std::string objection = service_.rules.Objection(request);
    if (!objection.empty()) {
      Refuse(403, std::move(objection));
      closing_ = !reader_.done();
    }
  }
  if (const auto told =
          refusal_.status == 0 && !trusted_ ? service_.rules.Preflight(request) : std::nullopt) {
    closing_ = !reader_.done();
    co_await Send(*told);
    co_return;
  }
  if (refusal_.status == 0) {
    closing_ = closing_ || !reader_.keep_alive();
    const Router::Match match = service_.router.Find(request.method, request.path);
    co_await Exchange(match);
  }
  if (spool_)
    Start(service_.disk, [gone = std::shared_ptr<SpoolFile>(std::move(spool_))]() mutable { gone.reset(); });
  if (refusal_.status != 0 && !lost_) {
    co_await Send(service_.router.Refuse(request.path, refusal_.status, refusal_.why));
  }
}

/// Body, handler, answer. Turns to Refuse when the body cannot be taken.
asio::awaitable<void> Connection::Exchange(const Router::Match& match) {
  const bool received = co_await ReceiveBody(match);
  if (!received) co_return;
  reader_.request().captures = match.captures;
  Enter(Phase::Handling);
  const bool later = match.route && match.route->later;
  Response response;
  if (later) {
    response = co_await HandleLater(match);
  } else {
    response = co_await Handle(match);
  }
  co_await Send(std::move(response));
}

Response Connection::TooMuchWork() {
  Response response = service_.router.Refuse(
      reader_.request().path, 503,
      "The server has as much work of this kind as it can take: try again in a second.");
  response.headers.Add("Retry-After", "1");
  return response;
}

asio::awaitable<Response> Connection::Handle(const Router::Match& match) {
  const Request& request = reader_.request();
  const Lane lane = match.route ? LaneFor(*match.route, request) : Lane::Inline;
  if (lane == Lane::Inline) co_return service_.router.Run(match, request);
  std::optional<Response> response;
  auto flag = Start(service_.PoolOf(lane), [&response, &match, &request, this] {
    response = service_.router.Run(match, request);
    spool_.reset();
  });
  if (flag) co_await Until(flag);
  co_return response ? *std::move(response) : TooMuchWork();
}

asio::awaitable<Response> Connection::HandleLater(const Router::Match& match) {
  const Request& request = reader_.request();
  std::function<Response()> make;
  auto ticket = NewTicket();
  const auto answered = ticket->flag;
  Reply reply = [&make, ticket = std::move(ticket)](std::function<Response()> given) {
    ticket->Use([&] { make = std::move(given); });
  };
  bool taken = true;
  const Lane lane = LaneFor(*match.route, request);
  if (lane == Lane::Inline) {
    service_.router.Start(match, request, std::exchange(reply, nullptr));
  } else {
    auto started = Start(service_.PoolOf(lane), [&match, &request, reply = std::move(reply), this] {
      service_.router.Start(match, request, reply);
      spool_.reset();
    });
    if (started) co_await Until(started);
    taken = started != nullptr;
  }
  co_await Until(answered);
  if (make) co_return service_.router.Guarded(request, make);
  co_return taken
      ? service_.router.Refuse(request.path, 500,
                               request.method + " " + request.path + " was left without an answer.")
      : TooMuchWork();
}

asio::awaitable<bool> Connection::ReceiveBody(const Router::Match& match) {
  const bool to_file = match.route && match.route->body == BodyMode::File;
  const std::uint64_t limit = service_.options.limits.memory_body_bytes;
  if (!to_file && reader_.content_length().value_or(0) > limit) {
    Refuse(413, "The body is larger than the " + FormatBytes(limit) + " taken here.");
    co_return false;
  }
  if (reader_.done() && !to_file) co_return true;
  if (reader_.expects_continue() && !reader_.done() && inbox_.unread().empty()) {
    const bool told = co_await WriteAll("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (!told) co_return false;
  }
  Enter(Phase::Body);
  bool received = false;
  if (to_file) {
    received = co_await ReceiveIntoFile();
  } else {
    received = co_await ReceiveIntoMemory();
  }
  if (!received && timed_out_) Refuse(408, "The request's body stopped arriving.");
  if (reader_.refusal().status != 0) Refuse(reader_.refusal().status, reader_.refusal().why);
  co_return received&& refusal_.status == 0;
}

asio::awaitable<bool> Connection::ReceiveIntoMemory() {
  const std::uint64_t limit = service_.options.limits.memory_body_bytes;
  std::string& body = reader_.request().body;
  while (!reader_.done()) {
    const std::size_t used = reader_.FeedBody(inbox_.unread(), body);
    inbox_.Consume(used);
    if (reader_.refusal().status != 0) co_return false;
    if (body.size() > limit) {
      Refuse(413, "The body is larger than the " + FormatBytes(limit) + " taken here.");
      co_return false;
    }
    if (reader_.done()) break;
    if (used == 0 && inbox_.unread().size() > kHeaderRead) {
      Refuse(400, "A chunk's header is too long.");
      co_return false;
    }
    const bool more = co_await ReadSome(body.size() < kHeaderRead ? kHeaderRead : kMemoryRead);
    if (!more) co_return false;
    Enter(Phase::Body);
  }
  co_return true;
}

/// One chunk fills from the socket while the one before it is written to disk.
asio::awaitable<bool> Connection::ReceiveIntoFile() {
  Result<> written;
  std::string filling, writing;
  auto flag = Start(service_.disk, [this, &written] {
    auto created = SpoolFile::Create(service_.options.spool_dir);
    if (created) {
      spool_ = *std::move(created);
    } else {
      written = std::move(created).error();
    }
  });
  bool connected = true;
  while (true) {
    const std::size_t used = reader_.FeedBody(inbox_.unread(), filling);
    inbox_.Consume(used);
    const bool ended = reader_.done() || reader_.refusal().status != 0 || !connected;
    if (filling.size() >= kChunk || ended) {
      if (flag) co_await Until(flag);
      if (!flag) written = Error{Reason::Unavailable, "The server is stopping."};
      if (!written || !connected || reader_.refusal().status != 0) break;
      if (filling.empty()) break;
      writing.swap(filling);
      filling.clear();
      flag = Start(service_.disk, [this, &written, &writing] { written = spool_->Write(writing); });
      continue;
    }
    if (used == 0 && inbox_.unread().size() > kHeaderRead) {
      Refuse(400, "A chunk's header is too long.");
      connected = false;
      continue;
    }
    connected = co_await ReadSome(kChunk);
    if (connected) Enter(Phase::Body);
  }
  if (!written && spool_) {
    // Its room is free again before anybody hears that there is none.
    flag = Start(service_.disk, [this] { spool_.reset(); });
    if (flag) co_await Until(flag);
  }
  if (!written) Refuse(StatusOf(written.error()), written.error().message);
  if (!spool_ || !connected || !written) co_return false;
  reader_.request().body_file = spool_->path();
  co_return true;
}

/// Closing while the client still sends would reset the connection and could destroy the answer on its way;
/// so the rest is read and thrown away for a while.
asio::awaitable<void> Connection::Linger() {
  if (lost_ || aborted_ || draining_) co_return;
  Code code;
  socket_.shutdown(Socket::shutdown_send, code);
  if (code || reader_.done()) co_return;
  timed_out_ = false;
  Enter(Phase::Lingering);
  std::size_t thrown_away = 0;
  while (thrown_away < kLingerBytes && !draining_) {
    inbox_.Consume(inbox_.unread().size());
    const bool more = co_await ReadSome(kHeaderRead);
    if (!more) break;
    thrown_away += inbox_.unread().size();
  }
}

void Connection::Log(int status, std::uint64_t bytes) {
  if (!service_.options.access_log) return;
  const auto took = std::chrono::steady_clock::now() - started_;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  service_.options.access_log(AccessLine(reader_.request(), status, bytes, us));
}

}  // namespace cairn::http::wire
