#pragma once

#include <string>
#include <string_view>

namespace cairn::data {

/// An address as it may be kept and shown: without the password before the host, and with "***" for each
/// parameter behind '?' whose name says that it is a secret (password, token, key, signature, credential…). A
/// path or any other text comes back as it is.
std::string WithoutSecrets(std::string_view address);

/// "alice:secret" of "https://alice:secret@host/x", decoded; "" when there is none.
std::string UserOf(std::string_view address);
/// The address without what stands before the host.
std::string WithoutUser(std::string_view address);

}  // namespace cairn::data
