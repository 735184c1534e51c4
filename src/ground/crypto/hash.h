#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

/// Digests (FIPS 180-4, RFC 1321) and keyed digests (RFC 2104). MD5 serves only to name files as DVC's cache
/// does; nothing is proven with it.
namespace cairn::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;
using Md5Digest = std::array<std::uint8_t, 16>;

/// The raw digest; as hexadecimal text: 64 digits for SHA-256, 32 for MD5. Safe from any thread.
Sha256Digest Sha256(std::string_view bytes);
std::string Sha256Hex(std::string_view bytes);
Md5Digest Md5(std::string_view bytes);
std::string Md5Hex(std::string_view bytes);

Sha256Digest HmacSha256(std::string_view key, std::string_view message);
/// Whether two secrets are equal, in a time that does not tell where they differ.
bool EqualSecrets(std::string_view a, std::string_view b);

/// What one read over some bytes gives.
struct Digests {
  std::string md5;     ///< 32 digits; "" unless asked for, as below.
  std::string sha256;  ///< 64 digits.
  std::uint64_t size = 0;
  friend bool operator==(const Digests&, const Digests&) = default;
};

enum class Kinds { Sha256, Md5, Md5AndSha256 };

/// Takes bytes piece by piece. One thread at a time.
class Hasher {
 public:
  explicit Hasher(Kinds kinds = Kinds::Sha256);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void Add(std::string_view bytes);
  /// The digests of all that was added. The hasher is used up then.
  Digests Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads the file once, through a buffer of 1 MiB. The errors of os::Open.
Result<Digests> HashFile(const std::string& path, Kinds kinds = Kinds::Md5AndSha256);

/// Copies what `from` holds into the new file `to` and takes the digests of what was written, in one read.
/// `mode` is reduced by the umask. Not synced; there is no such file after an error, and AlreadyExists when
/// there was one before. `passed` is told of the bytes as they go by.
Result<Digests> CopyAndHash(const std::string& from, const std::string& to, unsigned mode = 0644,
                            Kinds kinds = Kinds::Md5AndSha256,
                            const std::function<void(std::uint64_t bytes)>& passed = {});

}  // namespace cairn::crypto
