#include "ground/crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <span>

#include "ground/crypto/openssl.h"
#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"

namespace cairn::crypto {
namespace {

constexpr std::size_t kBuffer = 1 << 20;
constexpr std::size_t kHmacBlock = 64;

struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextFree>;

Context NewContext() {
  Context context(EVP_MD_CTX_new());
  Check(context != nullptr);
  return context;
}

const EVP_MD* Fetch(const char* name) {
  WithoutConfiguration();
  const EVP_MD* found = EVP_MD_fetch(nullptr, name, nullptr);
  if (!found) {
    std::fprintf(stderr, "OpenSSL on this machine offers no %s\n", name);
    std::abort();
  }
  return found;
}

// Fetched once and kept until the process ends: looking an algorithm up costs more than hashing a short text.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const found = Fetch("SHA256");
  return found;
}

const EVP_MD* Md5Algorithm() {
  static const EVP_MD* const found = Fetch("MD5");
  return found;
}

std::string Finished(EVP_MD_CTX* context) {
  std::uint8_t bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  Check(EVP_DigestFinal_ex(context, bytes, &size) == 1);
  return HexOf(std::span<const std::uint8_t>(bytes, size));
}

EVP_MD_CTX* ThreadContext() {
  thread_local const Context context = NewContext();
  return context.get();
}

/// SHA-256 of two texts one after the other.
Sha256Digest Sha256OfPair(std::string_view first, std::string_view second) {
  EVP_MD_CTX* const context = ThreadContext();
  Sha256Digest digest;
  Check(EVP_DigestInit_ex2(context, Sha256Algorithm(), nullptr) == 1);
  Check(EVP_DigestUpdate(context, first.data(), first.size()) == 1);
  Check(EVP_DigestUpdate(context, second.data(), second.size()) == 1);
  Check(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

std::string_view View(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Sha256Digest Sha256(std::string_view bytes) { return Sha256OfPair(bytes, {}); }

std::string Sha256Hex(std::string_view bytes) { return HexOf(Sha256(bytes)); }

Md5Digest Md5(std::string_view bytes) {
  EVP_MD_CTX* const context = ThreadContext();
  Md5Digest digest;
  Check(EVP_DigestInit_ex2(context, Md5Algorithm(), nullptr) == 1);
  Check(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  Check(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

std::string Md5Hex(std::string_view bytes) { return HexOf(Md5(bytes)); }

Sha256Digest HmacSha256(std::string_view key, std::string_view message) {
  std::string block(key);
  if (key.size() > kHmacBlock) block = View(Sha256(key));
  block.resize(kHmacBlock, '\0');
  std::string inner = block, outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return Sha256OfPair(outer, View(Sha256OfPair(inner, message)));
}

bool EqualSecrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct Hasher::State {
  // Null unless asked for.
  Context md5, sha256;
  std::uint64_t size = 0;
};

Hasher::Hasher(Kinds kinds) : state_(std::make_unique<State>()) {
  if (kinds != Kinds::Md5) {
    state_->sha256 = NewContext();
    Check(EVP_DigestInit_ex2(state_->sha256.get(), Sha256Algorithm(), nullptr) == 1);
  }
  if (kinds != Kinds::Sha256) {
    state_->md5 = NewContext();
    Check(EVP_DigestInit_ex2(state_->md5.get(), Md5Algorithm(), nullptr) == 1);
  }
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::Add(std::string_view bytes) {
  if (state_->sha256) Check(EVP_DigestUpdate(state_->sha256.get(), bytes.data(), bytes.size()) == 1);
  if (state_->md5) Check(EVP_DigestUpdate(state_->md5.get(), bytes.data(), bytes.size()) == 1);
  state_->size += bytes.size();
}

Digests Hasher::Finish() {
  Digests digests;
  if (state_->sha256) digests.sha256 = Finished(state_->sha256.get());
  if (state_->md5) digests.md5 = Finished(state_->md5.get());
  digests.size = state_->size;
  return digests;
}

Result<Digests> HashFile(const std::string& path, Kinds kinds) {
  const os::Descriptor file = CAIRN_TRY(os::OpenToRead(path));
  thread_local const std::unique_ptr<char[]> buffer(new char[kBuffer]);
  Hasher hasher(kinds);
  for (;;) {
    const std::size_t count = CAIRN_TRY(os::ReadSome(file.number(), buffer.get(), kBuffer, path));
    if (count == 0) return hasher.Finish();
    hasher.Add({buffer.get(), count});
  }
}

Result<Digests> CopyAndHash(const std::string& from, const std::string& to, unsigned mode, Kinds kinds,
                            const std::function<void(std::uint64_t bytes)>& passed) {
  const os::Descriptor source = CAIRN_TRY(os::OpenToRead(from));
  const os::Descriptor target = CAIRN_TRY(os::CreateFile(to, mode));
  thread_local const std::unique_ptr<char[]> buffer(new char[kBuffer]);
  Hasher hasher(kinds);
  for (;;) {
    auto count = os::ReadSome(source.number(), buffer.get(), kBuffer, from);
    if (count && *count == 0) return hasher.Finish();
    Result<> written =
        count ? os::WriteAll(target.number(), {buffer.get(), *count}, to) : Result<>(count.error());
    if (!written) {
      static_cast<void>(bool(os::Remove(to)));
      return std::move(written).error();
    }
    hasher.Add({buffer.get(), *count});
    if (passed) passed(*count);
  }
}

}  // namespace cairn::crypto
