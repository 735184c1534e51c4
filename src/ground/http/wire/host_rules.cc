#include "ground/http/wire/host_rules.h"

#include <algorithm>
#include <charconv>
#include <utility>

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

bool IsLoopbackAddress(std::string_view name) {
  if (name == "::1") return true;
  const auto parts = Split(name, '.');
  if (parts.size() != 4 || parts[0] != "127") return false;
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    unsigned value = 256;
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
    return code == std::errc() && end == part.data() + part.size() && value < 256;
  });
}

bool IsChange(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

}  // namespace

HostRules::HostRules(std::string_view listening_host, std::vector<std::string> hosts,
                     std::vector<std::string> origins)
    : hosts_(std::move(hosts)), origins_(std::move(origins)) {
  if (!listening_host.empty() && listening_host != "0.0.0.0" && listening_host != "::")
    hosts_.emplace_back(listening_host);
}

bool HostRules::HostAllowed(std::string_view host) const {
  std::string_view name = NameIn(host);
  if (name.empty()) return false;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (EqualsIgnoringCase(name, "localhost") || IsLoopbackAddress(name)) return true;
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& allowed) {
    return EqualsIgnoringCase(name, allowed) || EqualsIgnoringCase(host, allowed);
  });
}

bool HostRules::OriginAllowed(std::string_view origin, std::string_view host) const {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && EqualsIgnoringCase(origin.substr(scheme.size()), host)) return true;
  }
  return std::any_of(origins_.begin(), origins_.end(),
                     [&](const std::string& allowed) { return EqualsIgnoringCase(origin, allowed); });
}

std::string HostRules::Objection(const Request& request) const {
  if (request.path == "/health" || request.path == "/version") return {};
  const std::string_view host = request.headers.Get("Host");
  if (!HostAllowed(host)) {
    return "This server does not answer to the host name '" + std::string(host) +
           "': use a loopback address, or add the name to the allowed hosts.";
  }
  if (IsChange(request.method) && request.headers.Has("Origin") &&
      !OriginAllowed(request.headers.Get("Origin"), host)) {
    return "Pages of '" + std::string(request.headers.Get("Origin")) +
           "' may not change anything here: add that origin to the allowed origins.";
  }
  return {};
}

}  // namespace cairn::http::wire
