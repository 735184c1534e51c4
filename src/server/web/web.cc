#include "server/web/web.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cairn::web {
namespace {

constexpr std::string_view kAssets = "assets/";

// Scripts, styles, fonts and answers come from here or not at all; nobody may frame the page.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src "
    "'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

std::string TagOf(const Page& page) { return "\"" + std::string(page.sha256) + "\""; }

/// Whether an If-None-Match names the tag, alone, in a list, as a weak one, or as '*'.
bool Names(std::string_view condition, std::string_view tag) {
  return condition == "*" || condition.find(tag) != std::string_view::npos;
}

http::Response Answer(const Page& page, const http::Request& request) {
  const std::string tag = TagOf(page);
  http::Response response;
  if (Names(request.headers.Get("If-None-Match"), tag)) {
    response.status = 304;
  } else {
    response.headers.Add("Content-Type", std::string(TypeOf(page.path)));
    response.body = page.bytes;
  }
  response.headers.Add("ETag", tag);
  response.headers.Add("Cache-Control",
                       page.path.starts_with(kAssets) ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.Add("Content-Security-Policy", std::string(kPolicy));
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.headers.Add("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace

std::string_view TypeOf(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".woff2", "font/woff2"},
      {".json", "application/json"},
      {".md", "text/markdown; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const auto& type) { return path.ends_with(type.first); });
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

void MountPages(http::Router& router, std::span<const Page> pages) {
  for (const Page& page : pages) {
    const std::string path = page.path == "index.html" ? "/" : "/" + std::string(page.path);
    router.Get(
        path, [page](const http::Request& request) { return Answer(page, request); }, http::Lane::Inline);
  }
}

void MountWeb(http::Router& router) { MountPages(router, EmbeddedPages()); }

}  // namespace cairn::web
