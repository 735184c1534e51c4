#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "ground/http/wire/inbox.h"
#include "ground/http/wire/request_reader.h"
#include "ground/http/wire/service.h"
#include "ground/http/wire/spool_file.h"

namespace cairn::http::wire {

using Socket = boost::asio::generic::stream_protocol::socket;
using Instant = std::chrono::steady_clock::time_point;

/// One client's connection. Everything here runs on the thread of the socket's io_context; only the work
/// given to Start runs elsewhere.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `trusted`: came through the Unix socket, whose file mode says who may; no Host and Origin checks.
  Connection(Service& service, Socket socket, std::string peer, bool trusted);

  /// Answers one request after the other until the connection ends.
  boost::asio::awaitable<void> Serve();

  /// Ends the wait that has gone on past its limit.
  void CheckDeadline(Instant now);
  /// Finishes the request under way, takes no further one.
  void Drain();
  /// Ends all waiting on the socket at once.
  void Abort();

 private:
  enum class Phase { Idle, Header, Body, Handling, Writing, Lingering };
  struct Flag;
  struct Ticket;
  struct Outgoing {
    std::unique_ptr<FileSource> source;  ///< Null when it could not be read; then `problem` says why.
    std::string chunk;
    std::string problem = "The server is stopping.";
  };

  boost::asio::awaitable<bool> ReadHeader();
  boost::asio::awaitable<void> Answer();
  boost::asio::awaitable<void> Exchange(const Router::Match& match);
  boost::asio::awaitable<Response> Handle(const Router::Match& match);
  boost::asio::awaitable<Response> HandleLater(const Router::Match& match);
  boost::asio::awaitable<bool> ReceiveBody(const Router::Match& match);
  boost::asio::awaitable<bool> ReceiveIntoMemory();
  boost::asio::awaitable<bool> ReceiveIntoFile();
  boost::asio::awaitable<bool> ReadSome(std::size_t least);
  boost::asio::awaitable<void> Send(Response response);
  boost::asio::awaitable<void> OpenFile(const FileBody& body, Outgoing& file);
  boost::asio::awaitable<bool> SendRest(Outgoing& file);
  boost::asio::awaitable<bool> WriteAll(std::string_view first, std::string_view second);
  boost::asio::awaitable<void> Linger();

  void Refuse(int status, std::string why);
  void Enter(Phase phase);
  void Log(int status, std::uint64_t bytes);
  /// Runs `work` on `pool`; the flag is raised on this thread when it has ended or was dropped. Null when the
  /// pool is full.
  std::shared_ptr<Flag> Start(LanePool& pool, std::function<void()> work);
  boost::asio::awaitable<void> Until(std::shared_ptr<Flag> flag);
  std::shared_ptr<Ticket> NewTicket();
  Response TooMuchWork();

  Service& service_;
  Socket socket_;
  boost::asio::steady_timer wake_;
  const std::string peer_;
  const bool trusted_;
  RequestReader reader_;
  Inbox inbox_;
  std::string outbox_;
  std::unique_ptr<SpoolFile> spool_;
  Refusal refusal_;
  Phase phase_ = Phase::Idle;
  Instant deadline_ = Instant::max();
  Instant started_;
  bool closing_ = false;
  bool draining_ = false;
  bool timed_out_ = false;
  bool aborted_ = false;
  bool lost_ = false;  ///< The client is gone; nothing can be sent.
};

}  // namespace cairn::http::wire
