#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ground/http/router.h"

namespace cairn::http {

struct Limits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t memory_body_bytes = 64 * 1024 * 1024;
  std::chrono::milliseconds header_timeout{
      10'000};  ///< From the first byte of a request to the end of its headers.
  std::chrono::milliseconds body_timeout{60'000};  ///< Without any progress of the body, in either direction.
  std::chrono::milliseconds idle_timeout{120'000};  ///< Keep-alive connection without a request.
  std::size_t connections = 4096;
  struct LaneLimit {
    std::size_t threads = 4;
    std::size_t queue = 1024;
  };
  LaneLimit read{4, 1024}, write{16, 1024}, bytes{4, 64}, inference{64, 1024};
};

struct Options {
  std::string host = "127.0.0.1";  ///< "" for none.
  std::uint16_t port = 0;          ///< 0: a free one; Server::port() tells.
  std::string
      socket_path;        ///< Unix socket beside it, mode 0600; "" for none. A stale socket file is replaced.
  std::string spool_dir;  ///< Where File bodies are written while they arrive; must exist.
  int io_threads = 1;
  Limits limits;
  /// Hosts (beside loopback names and addresses) that a Host header may carry, with or without port; `*` and
  /// `?` stand for any characters and one. A web page must not reach a loopback server under a name of its
  /// own, so "*" alone, any host at all, is for servers that are protected otherwise. None: also private
  /// addresses (RFC 1918, RFC 4193), which are nobody's name.
  std::vector<std::string> allowed_hosts;
  /// Origins beside the server's own whose pages may read and change everything, with the same wildcards. "*"
  /// alone lets every page, but without its cookies.
  std::vector<std::string> allowed_origins;
  /// Below these paths, pages that this machine serves (http://localhost:3000) may do so too.
  std::vector<std::string> local_page_prefixes;
  std::string frame_options = "SAMEORIGIN";  ///< What X-Frame-Options says; "" leaves it out.
  /// Called once per answered request with a line of JSON; null: no access log.
  std::function<void(std::string_view)> access_log;
};

/// An HTTP/1.1 server: keep-alive, pipelining in order, chunked and sized bodies, HEAD for GET routes,
/// Expect: 100-continue, limits and time-outs as above. Every answer carries X-Content-Type-Options: nosniff
/// and X-Frame-Options. Wrong Host: 403 (but for /health and /version); a POST, PUT, PATCH or DELETE with a
/// foreign Origin: 403. Answers to allowed origins carry the fields of CORS, and their preflight requests get
/// 200, those of others 400.
class Server {
 public:
  /// Listens and serves at once. Unavailable, naming address and remedy, when the port is in use. `router`
  /// must outlive the server.
  static Result<std::unique_ptr<Server>> Start(const Router& router, Options options);
  /// Drains (as Stop) and ends the threads.
  ~Server();

  std::uint16_t port() const;
  /// Refuses new connections, answers the requests that are under way (at most `grace`), closes the rest.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(10'000));

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::http
