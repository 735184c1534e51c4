#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::crypto {

/// `der` between lines that name `label` ("PUBLIC KEY"), 64 characters a line (RFC 7468).
std::string PemOf(std::string_view label, std::string_view der);

/// An Ed25519 public key (base64 of its 32 bytes) as SubjectPublicKeyInfo PEM, the form other programs read,
/// and back. InvalidArgument for what is none.
Result<std::string> PublicPemOf(std::string_view public_key);
Result<std::string> PublicKeyOfPem(std::string_view pem);

}  // namespace cairn::crypto
