#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

/// ECDSA over P-256 with SHA-256 (FIPS 186-4), with the nonce of RFC 6979: the same message under the same
/// key gives the same signature. For formats that know no Ed25519 (signature.h).
namespace cairn::crypto {

/// A private key. Signing is safe from any thread.
class EcdsaKey {
 public:
  static EcdsaKey Generate();
  /// From PKCS#8 PEM, the form OpenSSL writes. InvalidArgument for anything but a P-256 private key without a
  /// passphrase.
  static Result<EcdsaKey> FromPem(std::string_view pem);
  /// From the 32 bytes of the number that RFC 6979 calls x. InvalidArgument when it is 0 or too large.
  static Result<EcdsaKey> FromNumber(std::string_view bytes);

  EcdsaKey(const EcdsaKey&) = delete;
  EcdsaKey(EcdsaKey&& other) noexcept;
  EcdsaKey& operator=(EcdsaKey&&) = delete;
  ~EcdsaKey();

  /// PKCS#8 PEM; SubjectPublicKeyInfo PEM of the public part.
  std::string Pem() const;
  std::string PublicPem() const;
  /// The signature in DER.
  std::string Sign(std::string_view message) const;

 private:
  EcdsaKey() = default;

  std::array<std::uint8_t, 32> number_{};
  std::array<std::uint8_t, 65> point_{};  ///< Of the public key, not compressed.
};

/// Whether `signature` (DER) over `message` was made with the private part of `public_pem`. Anything
/// malformed, and any key of another kind, is simply no.
bool VerifyEcdsa(std::string_view public_pem, std::string_view message, std::string_view signature);

/// The key at `path`, made (mode 0600) when there is none. Denied when others than its owner may read or
/// write it.
Result<EcdsaKey> LoadOrCreateEcdsaKey(const std::string& path);

}  // namespace cairn::crypto
