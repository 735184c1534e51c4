#include "ground/http/router.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <map>
#include <span>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::http {
namespace {

using Segments = std::vector<std::string>;

struct Leaf {
  Route route;
  std::vector<std::string> names;  ///< Of the captures, in the order of the path.
};

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> capture;
  std::vector<std::unique_ptr<Leaf>> here;  ///< Routes that end at this node, one per method.
  std::vector<std::unique_ptr<Leaf>> rest;  ///< Routes whose {name...} starts below this node.
};

[[noreturn]] void Bug(const std::string& sentence) {
  std::fprintf(stderr, "router: %s\n", sentence.c_str());
  std::abort();
}

bool IsCapture(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool IsRest(std::string_view segment) { return IsCapture(segment) && segment.ends_with("...}"); }

/// The decoded segments of "/a/b"; false for a broken escape or a path that does not start with a slash.
bool SegmentsOf(std::string_view path, Segments& segments) {
  if (path.empty() || path.front() != '/') return false;
  const bool escaped = path.find('%') != std::string_view::npos;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    if (escaped) {
      auto decoded = PercentDecode(segment, UrlPart::Path);
      if (!decoded) return false;
      segments.push_back(*std::move(decoded));
    } else {
      segments.emplace_back(segment);
    }
    start = end + 1;
  }
  return true;
}

/// One walk through the tree; remembers which methods the path has on the way.
class Search {
 public:
  Search(std::string_view method, const Segments& segments) : method_(method), segments_(segments) {}

  const Leaf* Walk(const Node& node, std::size_t at) {
    if (at == segments_.size()) return Choose(node.here);
    const std::string& segment = segments_[at];
    if (const auto found = node.literals.find(segment); found != node.literals.end()) {
      if (const Leaf* leaf = Walk(*found->second, at + 1)) return leaf;
    }
    if (node.capture && !segment.empty()) {
      captured_.push_back(segment);
      if (const Leaf* leaf = Walk(*node.capture, at + 1)) return leaf;
      captured_.pop_back();
    }
    const Leaf* leaf = Choose(node.rest);
    if (leaf) captured_.push_back(Join(std::span(segments_).subspan(at), "/"));
    return leaf;
  }

  std::vector<std::string>& captured() { return captured_; }
  std::vector<std::string>& allowed() { return allowed_; }

 private:
  const Leaf* Choose(const std::vector<std::unique_ptr<Leaf>>& leaves) {
    const Leaf* get = nullptr;
    for (const auto& leaf : leaves) {
      if (leaf->route.method == method_) return leaf.get();
      if (leaf->route.method == "GET" && method_ == "HEAD") get = leaf.get();
    }
    if (get) return get;
    for (const auto& leaf : leaves) Allow(leaf->route.method);
    return nullptr;
  }

  void Allow(const std::string& method) {
    for (const auto& known : allowed_) {
      if (known == method) return;
    }
    allowed_.push_back(method);
    if (method == "GET") Allow("HEAD");
  }

  std::string_view method_;
  const Segments& segments_;
  std::vector<std::string> captured_;
  std::vector<std::string> allowed_;
};

std::string_view CodeOf(int status) {
  switch (status) {
    case 403:
      return "Denied";
    case 404:
      return "NotFound";
    case 413:
    case 431:
      return "TooLarge";
    case 500:
      return "Internal";
    case 501:
      return "Unsupported";
    case 503:
      return "Unavailable";
    case 507:
      return "Exhausted";
    default:
      return "InvalidArgument";
  }
}

Response Problem(int status, std::string_view why) {
  return Response::Json(status, Json{{"error", Json{{"code", CodeOf(status)}, {"message", why}}}}.Dump());
}

Response NothingThere(const Router::Match& match, const Request& request) {
  if (match.allowed.empty()) return Problem(404, "There is nothing at '" + request.path + "'.");
  return Problem(405, "'" + request.path + "' does not take " + request.method + ", only " +
                          Join(match.allowed, ", ") + ".");
}

/// What was given for the longest prefix of the path, or null.
template <class Given>
const Given* LongestOf(const std::map<std::string, Given, std::less<>>& prefixes, std::string_view path) {
  const Given* best = nullptr;
  std::size_t length = 0;
  for (const auto& [prefix, given] : prefixes) {
    if (path.starts_with(prefix) && (!best || prefix.size() >= length)) {
      best = &given;
      length = prefix.size();
    }
  }
  return best;
}

/// What the route answers in the end. Throws when it forgot to.
Response Await(const Router& router, const Router::Match& match, const Request& request) {
  struct Given {
    std::promise<std::function<Response()>> answer;
    std::atomic_flag first;
  };
  auto given = std::make_shared<Given>();
  auto answer = given->answer.get_future();
  router.Start(match, request, [given = std::move(given)](std::function<Response()> make) {
    if (!given->first.test_and_set()) given->answer.set_value(std::move(make));
  });
  return answer.get()();
}

}  // namespace

struct Router::Tree {
  Node root;
  std::map<std::string, Handler, std::less<>> fallbacks;
  std::map<std::string, Refuser, std::less<>> refusals;
};

Router::Router() : tree_(std::make_unique<Tree>()) {}
Router::~Router() = default;

void Router::Add(Route route) {
  if (!route.pattern.starts_with('/')) Bug("the pattern '" + route.pattern + "' does not start with a slash");
  auto leaf = std::make_unique<Leaf>();
  Node* node = &tree_->root;
  auto* home = &node->here;
  const auto segments = Split(std::string_view(route.pattern).substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string_view segment = segments[i];
    if (IsRest(segment)) {
      if (i + 1 != segments.size()) Bug("in '" + route.pattern + "' something follows the rest");
      leaf->names.emplace_back(segment.substr(1, segment.size() - 5));
      home = &node->rest;
      break;
    }
    std::unique_ptr<Node>* next = nullptr;
    if (IsCapture(segment)) {
      leaf->names.emplace_back(segment.substr(1, segment.size() - 2));
      next = &node->capture;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
    home = &node->here;
  }
  for (const auto& other : *home) {
    if (other->route.method == route.method) Bug(route.method + " " + route.pattern + " was added twice");
  }
  leaf->route = std::move(route);
  home->push_back(std::move(leaf));
}

void Router::Get(std::string pattern, Handler handler, Lane lane) {
  Add({.method = "GET", .pattern = std::move(pattern), .handler = std::move(handler), .lane = lane});
}

void Router::Post(std::string pattern, Handler handler, Lane lane) {
  Add({.method = "POST", .pattern = std::move(pattern), .handler = std::move(handler), .lane = lane});
}

void Router::Fallback(std::string prefix, Handler handler) {
  tree_->fallbacks.insert_or_assign(std::move(prefix), std::move(handler));
}

void Router::Refusals(std::string prefix, Refuser refuser) {
  tree_->refusals.insert_or_assign(std::move(prefix), std::move(refuser));
}

Response Router::Refuse(std::string_view path, int status, std::string_view why) const {
  const auto* refuser = LongestOf(tree_->refusals, path);
  return refuser ? (*refuser)(status, why) : Problem(status, why);
}

Router::Match Router::Find(std::string_view method, std::string_view path) const {
  Match match;
  Segments segments;
  if (!SegmentsOf(path, segments)) {
    match.malformed = true;
    return match;
  }
  Search search(method, segments);
  const Leaf* leaf = search.Walk(tree_->root, 0);
  if (!leaf) {
    match.allowed = std::move(search.allowed());
    return match;
  }
  match.route = &leaf->route;
  match.captures.reserve(leaf->names.size());
  for (std::size_t i = 0; i < leaf->names.size(); ++i) {
    match.captures.emplace_back(leaf->names[i], std::move(search.captured()[i]));
  }
  return match;
}

Response Router::Guarded(const Request& request, const std::function<Response()>& make) const {
  try {
    return make();
  } catch (const std::exception& thrown) {
    return Refuse(request.path, 500,
                  request.method + " " + request.path + " failed inside the server: " + thrown.what());
  } catch (...) {
    return Refuse(request.path, 500, request.method + " " + request.path + " failed inside the server.");
  }
}

Response Router::Run(const Match& match, const Request& request) const {
  return Guarded(request, [&]() -> Response {
    if (match.route && match.route->later) return Await(*this, match, request);
    if (match.route) return match.route->handler(request);
    if (match.malformed)
      return Refuse(request.path, 400, "The path '" + request.path + "' holds a broken percent escape.");
    const auto* fallback = LongestOf(tree_->fallbacks, request.path);
    Response response = fallback ? (*fallback)(request) : NothingThere(match, request);
    if (!match.allowed.empty()) {
      if (response.status == 404) response.status = 405;
      response.headers.Add("Allow", Join(match.allowed, ", "));
    }
    return response;
  });
}

void Router::Start(const Match& match, const Request& request, const Reply& reply) const {
  try {
    match.route->later(request, reply);
  } catch (...) {
    reply([thrown = std::current_exception()]() -> Response { std::rethrow_exception(thrown); });
  }
}

Response Router::Dispatch(Request request) const {
  Match match = Find(request.method, request.path);
  request.captures = std::move(match.captures);
  Response response = Run(match, request);
  if (response.shared) response.body = *std::exchange(response.shared, nullptr);
  if (request.method == "HEAD") {
    if (!response.headers.Has("Content-Length")) {
      const auto length = response.file ? response.file->length : response.body.size();
      response.headers.Add("Content-Length", std::to_string(length));
    }
    response.body.clear();
    response.file.reset();
  }
  return response;
}

}  // namespace cairn::http
