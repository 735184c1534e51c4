#include "loop/registry/webhooks/target.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/fetch/fetch.h"
#include "ground/os/host.h"
#include "ground/vocabulary/text.h"

namespace cairn::registry {
namespace {

constexpr std::chrono::milliseconds kTimeout{kLongestAttemptMs};
constexpr std::size_t kMostAnswer = 1 << 20;

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Error WrongUrl(const std::string& url, const std::string& why) {
  return {Reason::InvalidArgument, "Invalid webhook URL '" + url + "': " + why};
}

std::string SignatureOf(const Parcel& parcel, const std::string& seconds) {
  const auto digest = crypto::HmacSha256(parcel.secret, parcel.id + "." + seconds + "." + parcel.body);
  return "v1," + Base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool AsksAgain(int status) { return status == 429 || status == 500 || (status >= 502 && status <= 504); }

}  // namespace

Result<std::string> HostOf(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos || (url.substr(0, scheme) != "https" && url.substr(0, scheme) != "http"))
    return WrongUrl(url, "it must begin with https:// or http://.");
  const bool odd =
      std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c == 0x7F || c == '\\'; });
  if (odd) return WrongUrl(url, "it holds a blank, a control character or a backslash.");
  const auto begin = scheme + 3;
  const std::string place = url.substr(begin, std::min(url.find_first_of("/?#", begin), url.size()) - begin);
  if (place.empty()) return WrongUrl(url, "it must include a host.");
  if (place.find('@') != std::string::npos) return WrongUrl(url, "it names a user; leave that out.");
  const auto colon = place.front() == '[' ? place.find(':', place.find(']')) : place.find(':');
  if (colon != std::string::npos && !IsDigits(std::string_view(place).substr(colon + 1)))
    return WrongUrl(url, "what follows the host is no port.");
  std::string host = place.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  constexpr std::string_view kKnown = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
  if (host.empty() || host.find_first_not_of(kKnown) != std::string::npos)
    return WrongUrl(url, "it must include a host.");
  return host;
}

Result<Target> TargetOf(const std::string& url, Webhooks::Hosts hosts) {
  const auto host = CAIRN_TRY(HostOf(url));
  const auto addresses = CAIRN_TRY(os::AddressesOf(host));
  for (const auto& address : addresses) {
    if (address.is_public || hosts == Webhooks::Hosts::Any) continue;
    return Error{Reason::Denied,
                 "The webhook's host '" + host + "' leads to " + address.text +
                     ", which is not a public address. To allow private hosts, start the server with "
                     "--webhook-allow-private."};
  }
  return Target{url, addresses.front().text};
}

Result<> CheckUrl(const std::string& url, Webhooks::Hosts hosts) {
  CAIRN_TRY(HostOf(url));
  if (hosts == Webhooks::Hosts::Any) return {};
  const auto target = TargetOf(url, hosts);
  if (!target) return Error{Reason::InvalidArgument, target.error().message};
  return {};
}

Outcome Send(const std::string& url, Webhooks::Hosts hosts, const Parcel& parcel, TimeMs now,
             const std::stop_token& stop) {
  Outcome outcome;
  const auto target = TargetOf(url, hosts);
  if (!target) {
    outcome.trial.problem = target.error().message;
    outcome.again = target.error().reason == Reason::Unavailable;
    return outcome;
  }
  const std::string seconds = std::to_string(now / 1000);
  fetch::Outgoing outgoing;
  outgoing.method = "POST";
  outgoing.url = url;
  outgoing.address = target->address;
  outgoing.headers = {{"Content-Type", "application/json"},
                      {"X-MLflow-Delivery-Id", parcel.id},
                      {"X-MLflow-Timestamp", seconds}};
  if (!parcel.secret.empty())
    outgoing.headers.emplace_back("X-MLflow-Signature", SignatureOf(parcel, seconds));
  outgoing.body = parcel.body;
  outgoing.timeout = kTimeout;
  outgoing.max_response_bytes = kMostAnswer;
  outgoing.retry.attempts = 1;
  outgoing.stop = stop;
  const auto answer = fetch::Fetch(outgoing);
  if (!answer) {
    outcome.trial.problem = answer.error().message;
    outcome.again = answer.error().reason == Reason::Unavailable;
    return outcome;
  }
  outcome.trial = {answer->status < 400, answer->status, answer->body, ""};
  if (!outcome.trial.success)
    outcome.trial.problem = "The receiver answered " + std::to_string(answer->status) + ".";
  outcome.again = AsksAgain(answer->status);
  if (const auto asked = ParseInt(answer->Header("Retry-After")); asked && *asked > 0)
    outcome.asked_pause_ms = std::min<std::int64_t>(*asked, 60) * 1000;
  return outcome;
}

}  // namespace cairn::registry
