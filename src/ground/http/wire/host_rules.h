#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/http/message.h"

namespace cairn::http::wire {

/// Which Host and Origin headers a request over TCP may carry. Without the first check a web page whose name
/// is made to resolve to this machine could read answers; without the second, any page could send changes.
class HostRules {
 public:
  HostRules(std::string_view listening_host, std::vector<std::string> hosts,
            std::vector<std::string> origins);

  /// Empty when the request may pass, else the reason why not.
  std::string Objection(const Request& request) const;

 private:
  bool HostAllowed(std::string_view host) const;
  bool OriginAllowed(std::string_view origin, std::string_view host) const;

  std::vector<std::string> hosts_;
  std::vector<std::string> origins_;
};

}  // namespace cairn::http::wire
