#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ground/http/server.h"

namespace cairn::http::wire {

/// Which Host and Origin headers a request over TCP may carry. Without the first check a web page whose name
/// is made to resolve to this machine could read answers; without the second, any page could send changes.
class HostRules {
 public:
  /// `options` must outlive it.
  explicit HostRules(const Options& options);

  /// Empty when the request may pass, else the reason why not.
  std::string Objection(const Request& request) const;
  /// The answer when a browser asks whether a page may send something (CORS preflight).
  std::optional<Response> Preflight(const Request& request) const;
  /// Adds what lets an allowed page read the answer.
  void Annotate(const Request& request, Response& response) const;

 private:
  bool HostAllowed(std::string_view host) const;
  bool IsOwnOrigin(std::string_view origin, std::string_view host) const;
  bool OriginAllowed(std::string_view origin, const Request& request) const;

  const Options& options_;
  bool any_host_, any_origin_;
};

}  // namespace cairn::http::wire
