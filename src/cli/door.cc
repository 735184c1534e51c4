#include "cli/door.h"

#include <limits>

#include "app/rooms.h"
#include "cli/site.h"
#include "ground/fetch/fetch.h"
#include "ground/fetch/socket_call.h"
#include "ground/http/server.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "server/cairn/answer.h"

namespace cairn::cli {
namespace {

/// What one's own server says is taken whole: a package is as large as its model.
constexpr std::size_t kMostBytes = std::numeric_limits<std::size_t>::max();

http::Response ResponseOf(fetch::Incoming incoming) {
  http::Response response;
  response.status = incoming.status;
  for (auto& [name, value] : incoming.headers) response.headers.Add(std::move(name), std::move(value));
  response.body = std::move(incoming.body);
  return response;
}

std::string TargetOf(const http::Request& request) {
  return request.query.empty() ? request.path : request.path + "?" + request.query;
}

/// A server elsewhere, by its URL.
class RemoteDoor final : public Door {
 public:
  explicit RemoteDoor(std::string url) : url_(std::move(url)) {
    while (url_.ends_with('/')) url_.pop_back();
  }
  Result<http::Response> Call(http::Request request) override {
    fetch::Outgoing outgoing;
    outgoing.method = request.method;
    outgoing.url = url_ + TargetOf(request);
    outgoing.headers = request.headers.fields();
    outgoing.body = std::move(request.body);
    outgoing.body_file = std::move(request.body_file);
    outgoing.timeout = std::chrono::milliseconds(0);
    outgoing.max_response_bytes = kMostBytes;
    return ResponseOf(CAIRN_TRY(fetch::Fetch(outgoing)));
  }

 private:
  std::string url_;
};

/// The server that owns the data folder, through its socket.
class SocketDoor final : public Door {
 public:
  explicit SocketDoor(std::string path) : path_(std::move(path)) {}
  Result<http::Response> Call(http::Request request) override {
    fetch::SocketCall call;
    call.socket_path = path_;
    call.method = request.method;
    call.target = TargetOf(request);
    call.headers = request.headers.fields();
    call.body = std::move(request.body);
    call.body_file = std::move(request.body_file);
    call.timeout = std::chrono::milliseconds(0);
    call.max_response_bytes = kMostBytes;
    return ResponseOf(CAIRN_TRY(fetch::Call(call)));
  }

 private:
  std::string path_;
};

/// This process itself.
class OwnDoor final : public Door {
 public:
  explicit OwnDoor(std::unique_ptr<Site> site) : site_(std::move(site)) {
    site_->app->OnAddressNeeded([this] { return Listen(); });
  }
  Result<http::Response> Call(http::Request request) override {
    return site_->router.Dispatch(std::move(request));
  }

 private:
  /// Opens a door on a free port of this machine, for the stages that this process runs.
  Result<std::string> Listen() {
    if (!server_) {
      http::Options options;
      options.spool_dir = site_->app->rooms().InData("spool");
      server_ = CAIRN_TRY(http::Server::Start(site_->router, options));
    }
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }

  std::unique_ptr<Site> site_;
  std::unique_ptr<http::Server> server_;
};

/// Whether a server answers at the socket; one that a dead server left behind does not.
bool Answers(const std::string& socket) {
  if (!os::Exists(socket)) return false;
  fetch::SocketCall call;
  call.socket_path = socket;
  call.target = "/api/v1/version";
  call.timeout = std::chrono::milliseconds(5000);
  return bool(fetch::Call(call));
}

/// A store is begun by a server, in a project, or where somebody names it; a question asked in the wrong
/// folder must not be answered out of an empty one.
Result<> CheckThere(const Settings& settings) {
  if (settings.begins_store || !settings.store.empty() || os::Exists(settings.data_dir) ||
      os::Exists("cairn.yaml") || os::Exists("dvc.yaml"))
    return Done{};
  const std::string tracking = os::VariableOr("MLFLOW_TRACKING_URI", "");
  const std::string server = tracking.starts_with("http") ? tracking : "URL";
  return Error{Reason::NotFound,
               "There is no Cairn store at '" + settings.data_dir +
                   "': go to the folder where `cairn up` runs or to a project, name its data with "
                   "--data DIR, or ask a server with --server " +
                   server + "."};
}

}  // namespace

Result<std::unique_ptr<Door>> Door::Open(const Settings& settings) {
  if (!settings.server.empty()) return std::unique_ptr<Door>(std::make_unique<RemoteDoor>(settings.server));
  const std::string socket = settings.data_dir + "/sock";
  if (Answers(socket)) return std::unique_ptr<Door>(std::make_unique<SocketDoor>(socket));
  CAIRN_TRY(CheckThere(settings));
  app::Settings own;
  own.data_dir = settings.data_dir;
  own.store = settings.store;
  own.artifacts = settings.artifacts;
  return std::unique_ptr<Door>(std::make_unique<OwnDoor>(CAIRN_TRY(Site::Open(own))));
}

http::Request PostOf(std::string_view path, const Json& body) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.body = body.Dump();
  return request;
}

Result<Json> AskHere(http::Router& router, http::Request request) {
  const http::Response response = router.Dispatch(std::move(request));
  Json answer = CAIRN_TRY(Json::Parse(response.body));
  if (response.status == 200) return answer;
  return Error{api::ReasonOf(answer.At("error").Text("reason")), answer.At("error").Text("message")};
}

}  // namespace cairn::cli
