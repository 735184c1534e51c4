#include "ground/os/host.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

namespace cairn::os {
namespace {

struct Range {
  std::uint32_t first;
  int bits;
};

/// IANA's special-purpose IPv4 registry, multicast and reserved space.
constexpr std::array<Range, 15> kSpecial = {{
    {0x00000000, 8},
    {0x0A000000, 8},
    {0x64400000, 10},
    {0x7F000000, 8},
    {0xA9FE0000, 16},
    {0xAC100000, 12},
    {0xC0000000, 24},
    {0xC0000200, 24},
    {0xC0586300, 24},
    {0xC0A80000, 16},
    {0xC6120000, 15},
    {0xC6336400, 24},
    {0xCB007100, 24},
    {0xE0000000, 4},
    {0xF0000000, 4},
}};

bool IsPublic4(std::uint32_t address) {
  return std::none_of(kSpecial.begin(), kSpecial.end(), [&](const Range& range) {
    return (address >> (32 - range.bits)) == (range.first >> (32 - range.bits));
  });
}

/// Only global unicast, 2000::/3, without the blocks in it for protocols (2001::/23), documentation and 6to4.
/// Mapped and translated IPv4 addresses lie outside of it.
bool IsPublic6(const in6_addr& address) {
  const auto* byte = address.s6_addr;
  if ((byte[0] & 0xE0) != 0x20) return false;
  if (byte[0] == 0x20 && byte[1] == 0x01 && byte[2] < 0x02) return false;
  if (byte[0] == 0x20 && byte[1] == 0x01 && byte[2] == 0x0D && byte[3] == 0xB8) return false;
  if (byte[0] == 0x20 && byte[1] == 0x02) return false;
  return !(byte[0] == 0x3F && byte[1] == 0xFF);
}

/// A host of digits and dots, or with a colon, is meant as an address.
bool LooksLikeAddress(const std::string& host) {
  return host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos ||
         host.starts_with("0x") || host.starts_with("0X");
}

std::string TextOf(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
  } else {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof six);
    inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
  }
  return text;
}

bool IsAddress(const std::string& text) {
  in_addr four{};
  in6_addr six{};
  return inet_pton(AF_INET, text.c_str(), &four) == 1 || inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

}  // namespace

bool IsPublicAddress(std::string_view address) {
  const std::string text(address);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return IsPublic4(ntohl(four.s_addr));
  in6_addr six{};
  return inet_pton(AF_INET6, text.c_str(), &six) == 1 && IsPublic6(six);
}

Result<std::vector<HostAddress>> AddressesOf(const std::string& host) {
  if (host.empty() || (LooksLikeAddress(host) && !IsAddress(host)))
    return Error{Reason::InvalidArgument,
                 "'" + host + "' is neither the name of a host nor an address in its usual form."};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  if (code != 0)
    return Error{Reason::Unavailable,
                 "The host '" + host + "' cannot be resolved: " + gai_strerror(code) + "."};
  std::vector<HostAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    const std::string text = TextOf(*one->ai_addr);
    addresses.push_back({text, IsPublicAddress(text)});
  }
  if (addresses.empty()) return Error{Reason::Unavailable, "The host '" + host + "' has no address."};
  return addresses;
}

}  // namespace cairn::os
