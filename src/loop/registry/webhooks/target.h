#pragma once

#include <string>

#include "loop/registry/webhooks.h"

namespace cairn::registry {

/// Where a webhook's requests go.
struct Target {
  std::string url;
  std::string address;  ///< The one that is connected to.
};

/// InvalidArgument unless it is http or https, with a host and without a user. Names are not looked up.
Result<std::string> HostOf(const std::string& url);
/// Looks the host up. Denied when one of its addresses is not public and only those are allowed; the other
/// Reasons of os::AddressesOf.
Result<Target> TargetOf(const std::string& url, Webhooks::Hosts hosts);

/// InvalidArgument for a URL that a webhook cannot have: malformed, not to be resolved, or not public where
/// only that is allowed.
Result<> CheckUrl(const std::string& url, Webhooks::Hosts hosts);

struct Parcel {
  std::string id;
  std::string body;
  std::string secret;
};
struct Outcome {
  Webhooks::Trial trial;
  bool again = false;               ///< Whether it may go better later.
  std::int64_t asked_pause_ms = 0;  ///< What Retry-After says.
};
/// How long one attempt may take.
inline constexpr TimeMs kLongestAttemptMs = 30'000;
/// One attempt.
Outcome Send(const std::string& url, Webhooks::Hosts hosts, const Parcel& parcel, TimeMs now,
             const std::stop_token& stop);

}  // namespace cairn::registry
