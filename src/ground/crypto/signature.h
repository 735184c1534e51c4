#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

/// Ed25519 signatures (RFC 8032, PureEdDSA). A public key is written as the base64 of its 32 bytes, a
/// signature as the base64 of its 64.
namespace cairn::crypto {

/// A private key. Signing is safe from any thread.
class SigningKey {
 public:
  static SigningKey Generate();
  /// From PKCS#8 PEM, the form OpenSSL writes. InvalidArgument for anything but an Ed25519 private key
  /// without a passphrase.
  static Result<SigningKey> FromPem(std::string_view pem);
  /// From the 32 bytes that RFC 8032 calls the private key.
  static Result<SigningKey> FromSeed(std::string_view seed);
  /// Reads a key file. Denied when others than its owner may read or write it.
  static Result<SigningKey> Load(const std::string& path);

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  std::string Pem() const;
  /// In base64.
  std::string PublicKey() const;
  /// In base64.
  std::string Sign(std::string_view message) const;

 private:
  struct Key;
  explicit SigningKey(std::unique_ptr<Key> key);

  std::unique_ptr<Key> key_;
};

/// Whether `signature` over `message` was made with the private part of `public_key` (both in base64).
/// Anything malformed is simply no.
bool Verify(std::string_view public_key, std::string_view message, std::string_view signature);
/// Whether `text` is the base64 of a point that can be a public key's.
bool IsPublicKey(std::string_view text);

struct Identity {
  std::string name;
  std::string public_key;  ///< In base64.
  std::string key_path;    ///< NAME.key, mode 0600.
};

/// Makes a key pair as `folder`/NAME.key and NAME.pub (the public key in base64 and a newline). AlreadyExists
/// when the name has one: a key is never overwritten. InvalidArgument for a name other than letters, digits,
/// '.', '_', '-', '@' (at most 64, no leading '.').
Result<Identity> NewIdentity(const std::string& folder, std::string_view name);
/// The key of that name. NotFound says how to make one.
Result<SigningKey> LoadIdentity(const std::string& folder, std::string_view name);

/// The key at `path`, made (mode 0600) when there is none: for a server's own key.
Result<SigningKey> LoadOrCreateKey(const std::string& path);

}  // namespace cairn::crypto
