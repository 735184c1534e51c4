#include "ground/http/wire/host_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::http::wire {
namespace {

/// "name:80" and "[::1]:80" without port and brackets; "" when malformed.
std::string_view NameIn(std::string_view host) {
  std::size_t end = host.find(':');
  std::string_view name = host.substr(0, end);
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == std::string_view::npos) return {};
    name = host.substr(1, end - 1);
    end = end + 1 == host.size() ? std::string_view::npos : end + 1;
  }
  if (end == std::string_view::npos) return name;
  const std::string_view port = host.substr(end);
  const bool digits = std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return port.front() == ':' && digits ? name : std::string_view{};
}

using Address = std::array<unsigned, 4>;

/// Of "127.0.0.1", with all four numbers in plain decimal; nothing for anything else.
std::optional<Address> BytesOf(std::string_view name) {
  const auto parts = Split(name, '.');
  Address address{};
  if (parts.size() != address.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [end, code] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), address[i]);
    if (code != std::errc() || end != parts[i].data() + parts[i].size() || address[i] > 255)
      return std::nullopt;
  }
  return address;
}

bool IsLoopbackAddress(std::string_view name) {
  const auto bytes = BytesOf(name);
  return name == "::1" || (bytes && bytes->front() == 127);
}

/// Of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7. Addresses are written out in full.
bool IsPrivateAddress(std::string_view name) {
  const auto bytes = BytesOf(name);
  if (!bytes) {
    const bool local = name.starts_with("fc") || name.starts_with("fd");
    return local && name.find(':') == 4 &&
           name.find_first_not_of("0123456789abcdef:") == std::string_view::npos;
  }
  const auto& [first, second, third, fourth] = *bytes;
  return first == 10 || (first == 172 && second >= 16 && second < 32) || (first == 192 && second == 168);
}

bool IsChange(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

/// `*` stands for any characters, `?` for one; letters whatever their case.
bool Matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t taken = 0; taken <= text.size(); ++taken) {
      if (Matches(pattern.substr(1), text.substr(taken))) return true;
    }
    return false;
  }
  if (text.empty() ||
      (pattern.front() != '?' && !EqualsIgnoringCase(pattern.substr(0, 1), text.substr(0, 1))))
    return false;
  return Matches(pattern.substr(1), text.substr(1));
}

bool MatchesAny(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return Matches(pattern, text); });
}

bool Holds(const std::vector<std::string>& patterns, std::string_view wanted) {
  return std::find(patterns.begin(), patterns.end(), wanted) != patterns.end();
}

/// What comes after "http://" or "https://"; "" for another origin.
std::string_view HostOfOrigin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size());
  }
  return {};
}

bool IsLoopback(std::string_view name) {
  return EqualsIgnoringCase(name, "localhost") || IsLoopbackAddress(name);
}

}  // namespace

HostRules::HostRules(const Options& options)
    : options_(options),
      any_host_(Holds(options.allowed_hosts, "*")),
      any_origin_(Holds(options.allowed_origins, "*")) {}

bool HostRules::HostAllowed(std::string_view host) const {
  if (any_host_) return true;
  std::string_view name = NameIn(host);
  if (name.empty()) return false;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (IsLoopback(name)) return true;
  const std::string_view own = options_.host;
  if (!own.empty() && own != "0.0.0.0" && own != "::" && EqualsIgnoringCase(name, own)) return true;
  if (options_.allowed_hosts.empty()) return IsPrivateAddress(name);
  return MatchesAny(options_.allowed_hosts, name) || MatchesAny(options_.allowed_hosts, host);
}

bool HostRules::IsOwnOrigin(std::string_view origin, std::string_view host) const {
  const auto of = HostOfOrigin(origin);
  return !of.empty() && EqualsIgnoringCase(of, host);
}

bool HostRules::OriginAllowed(std::string_view origin, const Request& request) const {
  if (any_origin_ || MatchesAny(options_.allowed_origins, origin)) return true;
  if (!IsLoopback(NameIn(HostOfOrigin(origin)))) return false;
  return std::any_of(options_.local_page_prefixes.begin(), options_.local_page_prefixes.end(),
                     [&](const std::string& prefix) { return request.path.starts_with(prefix); });
}

std::string HostRules::Objection(const Request& request) const {
  if (request.path == "/health" || request.path == "/version") return {};
  const std::string_view host = request.headers.Get("Host");
  if (!HostAllowed(host)) {
    return "Invalid Host header - possible DNS rebinding attack detected: this server does not answer to the "
           "host name "
           "'" +
           std::string(host) + "'. Use a loopback address, or add the name to the allowed hosts.";
  }
  if (!IsChange(request.method) || !request.headers.Has("Origin")) return {};
  const std::string_view origin = request.headers.Get("Origin");
  if (IsOwnOrigin(origin, host) || OriginAllowed(origin, request)) return {};
  return "Cross-origin request blocked: pages of '" + std::string(origin) +
         "' may not change anything here. Add that origin to the allowed origins.";
}

std::optional<Response> HostRules::Preflight(const Request& request) const {
  if (request.method != "OPTIONS" || !request.headers.Has("Origin") ||
      !request.headers.Has("Access-Control-Request-Method"))
    return std::nullopt;
  const std::string_view origin = request.headers.Get("Origin");
  if (!IsOwnOrigin(origin, request.headers.Get("Host")) && !OriginAllowed(origin, request))
    return Response::Text(400, "Disallowed CORS origin");
  auto response = Response::Text(200, "OK");
  response.headers.Add("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS, PATCH");
  response.headers.Add("Access-Control-Max-Age", "600");
  if (const auto asked = request.headers.Get("Access-Control-Request-Headers"); !asked.empty())
    response.headers.Add("Access-Control-Allow-Headers", std::string(asked));
  return response;
}

void HostRules::Annotate(const Request& request, Response& response) const {
  const std::string_view origin = request.headers.Get("Origin");
  if (origin.empty() || !OriginAllowed(origin, request) || response.status == 403) return;
  response.headers.Add("Access-Control-Allow-Origin", any_origin_ ? "*" : std::string(origin));
  response.headers.Add("Access-Control-Expose-Headers", "*");
  if (any_origin_) return;
  response.headers.Add("Access-Control-Allow-Credentials", "true");
  response.headers.Add("Vary", "Origin");
}

}  // namespace cairn::http::wire
