#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// Where a host is reached.
struct HostAddress {
  std::string text;  ///< "93.184.216.34", "2606:2800:220:1::1".
  bool is_public = false;
};

/// The addresses of a host, given by name or as an address in its usual form. May wait for name servers.
/// Unavailable when the name cannot be resolved; InvalidArgument for something that is neither, such as
/// "127.1" or "0x7f.1".
Result<std::vector<HostAddress>> AddressesOf(const std::string& host);

/// Whether an address is reached over the public internet: not one of this machine, of private and local
/// networks, of clouds' metadata services, of tests and documentation, nor one that wraps such an address
/// (RFC 6890 and IANA's special-purpose registries).
bool IsPublicAddress(std::string_view address);

}  // namespace cairn::os
