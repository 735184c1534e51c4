#include "loop/data/address.h"

#include <array>

#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

struct Parts {
  std::string_view scheme;  ///< With "://"; "" for what is no address.
  std::string_view user;    ///< Between scheme and '@'.
  std::string_view rest;    ///< From the host to '?'.
  std::string_view query;   ///< Behind '?'.
};

Parts PartsOf(std::string_view address) {
  const auto begins = address.find("://");
  if (begins == address.npos || address.substr(0, begins).find_first_of("/?#") != address.npos)
    return {{}, {}, address, {}};
  Parts parts;
  parts.scheme = address.substr(0, begins + 3);
  address.remove_prefix(begins + 3);
  const auto authority = address.substr(0, address.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != authority.npos) {
    parts.user = authority.substr(0, at);
    address.remove_prefix(at + 1);
  }
  const auto asks = address.find('?');
  parts.rest = address.substr(0, asks);
  if (asks != address.npos) parts.query = address.substr(asks + 1);
  return parts;
}

bool IsSecret(std::string_view name) {
  constexpr std::array kWords = {"pass", "pwd",        "secret", "token",  "key",
                                 "sig",  "credential", "auth",   "session"};
  const std::string lower = LowerAscii(name);
  for (const char* word : kWords) {
    if (lower.find(word) != lower.npos) return true;
  }
  return false;
}

std::string Masked(std::string_view query) {
  std::string masked;
  for (const auto pair : Split(query, '&')) {
    const auto equals = pair.find('=');
    if (!masked.empty()) masked += '&';
    if (equals == pair.npos || !IsSecret(pair.substr(0, equals))) {
      masked += pair;
    } else {
      masked += std::string(pair.substr(0, equals)) + "=***";
    }
  }
  return masked;
}

}  // namespace

std::string WithoutSecrets(std::string_view address) {
  const Parts parts = PartsOf(address);
  if (parts.scheme.empty()) return std::string(address);
  std::string plain(parts.scheme);
  if (!parts.user.empty()) plain += std::string(parts.user.substr(0, parts.user.find(':'))) + "@";
  plain += parts.rest;
  if (!parts.query.empty()) plain += "?" + Masked(parts.query);
  return plain;
}

std::string UserOf(std::string_view address) {
  const auto user = PercentDecode(PartsOf(address).user, UrlPart::Path);
  return user ? *user : std::string(PartsOf(address).user);
}

std::string WithoutUser(std::string_view address) {
  const Parts parts = PartsOf(address);
  std::string plain = std::string(parts.scheme) + std::string(parts.rest);
  if (!parts.query.empty()) plain += "?" + std::string(parts.query);
  return plain;
}

}  // namespace cairn::data
