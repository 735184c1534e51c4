#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/http/message.h"

namespace cairn::http {

/// Where a handler runs, and which limit it counts against, so that slow work of one kind starves no other
/// kind. When a lane's queue is full the answer is 503 with Retry-After.
enum class Lane {
  Inline,  ///< On the I/O thread itself: for handlers that never block (health, version, small models'
           ///< inference).
  Brief,   ///< On the I/O thread as well while the body is small (16 KiB), else as Write: for handlers that
           ///< read the body and do not block.
  Read,    ///< Pool; reads records.
  Write,   ///< Pool; writes records.
  Bytes,   ///< Pool; moves large bodies.
  Inference,  ///< Pool; runs models that take long.
};

enum class BodyMode {
  Memory,  ///< Read into Request::body, up to the memory limit (64 MiB unless set), 413 beyond.
  File,    ///< Streamed to a file while it arrives; Request::body_file names it. No limit but the disk (507
           ///< when it is full).
};

struct Route {
  std::string method;
  std::string pattern;  ///< "/api/v1/models/{name}/versions/{version}"; "{path...}" at the end takes the
                        ///< rest, slashes included.
  Handler handler;
  Lane lane = Lane::Read;
  BodyMode body = BodyMode::Memory;
  LaterHandler later = nullptr;  ///< In place of `handler`.
  /// Of an Inline route whose handler may have to wait at times: asked for each request, on the I/O thread;
  /// while it says so, Lane::Inference has the request.
  std::function<bool()> may_wait = nullptr;
};

/// A table of routes, matched segment by segment: literal segments win over captures, captures over the rest.
/// Built once, then read from any thread. Segments are percent-decoded first, and "." or ".." mean nothing
/// special here. A {name} takes a segment that is not empty; {name...} may be empty.
class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Adding the same method and pattern twice is a bug and ends the program.
  void Add(Route route);
  void Get(std::string pattern, Handler handler, Lane lane = Lane::Read);
  void Post(std::string pattern, Handler handler, Lane lane = Lane::Write);

  struct Match {
    const Route* route = nullptr;  ///< Null: no such path, or not with that method.
    std::vector<std::pair<std::string, std::string>> captures;
    std::vector<std::string> allowed;  ///< Methods that the path does have, when the method was wrong.
    bool malformed = false;            ///< A broken percent escape in the path.
  };
  Match Find(std::string_view method, std::string_view path) const;

  /// What to answer when nothing matches; the default is a JSON 404 or 405. `prefix` picks the dialect: the
  /// longest prefix of the path wins. When the path exists with other methods, the answer gets an Allow
  /// header, and a 404 from the handler becomes a 405.
  void Fallback(std::string prefix, Handler handler);

  /// How a request for a path below `prefix` is refused that no handler sees: a body too large, too much
  /// work, a broken escape, a bug in a handler; the default is a JSON problem. The longest prefix wins.
  using Refuser = std::function<Response(int status, std::string_view why)>;
  void Refusals(std::string prefix, Refuser refuser);
  Response Refuse(std::string_view path, int status, std::string_view why) const;

  /// Runs what `match` found (or the fallback) on the calling thread. An exception, which is a bug in the
  /// handler, becomes a JSON 500.
  Response Run(const Match& match, const Request& request) const;
  /// The same for a route with `later`: `reply` is called before this returns or after.
  void Start(const Match& match, const Request& request, const Reply& reply) const;
  /// What `make` makes; an exception, which is a bug, becomes a JSON 500.
  Response Guarded(const Request& request, const std::function<Response()>& make) const;

  /// Matches and runs the handler on the calling thread, whatever its lane, and waits for the answer: the way
  /// in for callers in the same process. HEAD runs the GET route and drops the body, keeping its length in
  /// Content-Length. A body_file that is left over is the caller's.
  Response Dispatch(Request request) const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace cairn::http
