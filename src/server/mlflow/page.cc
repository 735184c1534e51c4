#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_path.h"
#include "server/mlflow/endpoint.h"
#include "server/mlflow/mount.h"
#include "server/mlflow/page/installed.h"

namespace cairn::mlflow {
namespace {

using http::Request;
using http::Response;

std::string_view TypeOfPart(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".gif", "image/gif"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".ttf", "font/ttf"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  for (const auto& [end, type] : kTypes) {
    if (path.ends_with(end)) return type;
  }
  return "application/octet-stream";
}

/// The folder of the page. Looked for when it is first asked for, and again each time until it is found.
class Folder {
 public:
  explicit Folder(std::string given) : found_(std::move(given)) {}

  Result<std::string> Find() {
    const std::lock_guard lock(mutex_);
    if (found_.empty()) found_ = CAIRN_TRY(InstalledPage(Surroundings::Mine()));
    return found_;
  }

 private:
  std::mutex mutex_;
  std::string found_;
};

/// Everything below static/ carries its content's hash in its name.
std::string_view LifeOf(std::string_view path) {
  return path.starts_with("static/") ? "public, max-age=31536000, immutable" : "no-cache";
}

Result<Response> Part(Folder& folder, const Request& request, std::string_view path) {
  const auto clean = CAIRN_TRY(tracking::CheckedArtifactPath(path));
  const auto file = os::JoinPath(CAIRN_TRY(folder.Find()), clean);
  const auto status = CAIRN_TRY(os::Stat(file));
  if (status.kind != os::FileKind::File)
    return Error{Reason::NotFound, "MLflow's page has no file '" + clean + "'."};
  const auto tag =
      "\"" + std::to_string(status.stamp.mtime_ns) + "-" + std::to_string(status.stamp.size) + "\"";
  Response response;
  response.headers.Add("ETag", tag);
  response.headers.Add("Cache-Control", std::string(LifeOf(clean)));
  if (request.headers.Get("If-None-Match").find(tag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.headers.Add("Content-Type", std::string(TypeOfPart(clean)));
  response.file = http::FileBody{file, 0, status.stamp.size};
  return response;
}

/// For people: what is missing, and the way back.
Response NoPage(const Error& error) {
  return Response::Text(
      404,
      "<!doctype html><meta charset=utf-8><title>No MLflow page</title>"
      "<body style=\"font:16px/1.5 system-ui;max-width:44rem;margin:4rem auto;padding:0 1rem\">"
      "<h1>MLflow\u2019s page is not here</h1><p>" +
          EscapeHtml(error.message) + "</p><p><a href=\"/\">To the overview</a></p>",
      "text/html; charset=utf-8");
}

Response Entry(Folder& folder, const Request& request) {
  auto page = Part(folder, request, "index.html");
  return page ? *std::move(page) : NoPage(page.error());
}

Response ToEntry(const Request&) {
  auto response = Response::Text(308, "");
  response.headers.Add("Location", std::string(kPagePrefix) + "/");
  return response;
}

}  // namespace

Result<> MountMlflowPage(http::Router& router, const std::string& folder) {
  if (!folder.empty() && !os::Exists(os::JoinPath(folder, "index.html"))) {
    return Error{Reason::NotFound, "'" + folder +
                                       "' is not MLflow's page: it holds no index.html. Name the folder "
                                       "mlflow/server/js/build of an installed package."};
  }
  const auto page = std::make_shared<Folder>(folder);
  const std::string root(kPagePrefix);
  router.Get(root, ToEntry, http::Lane::Inline);
  router.Get(root + "/", [page](const Request& request) { return Entry(*page, request); });
  router.Get(root + "/static-files/{path...}", [page](const Request& request) {
    auto part = Part(*page, request, request.Captured("path"));
    return part ? *std::move(part) : Refusal(part.error());
  });
  return {};
}

}  // namespace cairn::mlflow
