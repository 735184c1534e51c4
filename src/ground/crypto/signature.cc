#include "ground/crypto/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <span>

#include "ground/crypto/openssl.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/text.h"

namespace cairn::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::uint64_t kLargestKeyFile = 16 * 1024;

using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;

const std::uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// Null unless it is one.
KeyPointer ReadPublicKey(std::string_view base64) {
  WithoutConfiguration();
  const auto bytes = FromBase64(base64);
  if (!bytes || bytes->size() != kKeyBytes) return nullptr;
  return KeyPointer(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(*bytes), bytes->size()));
}

/// Refuses to be asked for a passphrase: a server has nobody to ask.
int NoPassphrase(char*, int, int, void*) { return -1; }

/// Fills the part of a buffer that carried secrets before it is given back.
struct Wiped {
  std::string text;
  ~Wiped() { OPENSSL_cleanse(text.data(), text.size()); }
};

Result<> CheckName(std::string_view name) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@";
  if (!name.empty() && name.size() <= 64 && name[0] != '.' &&
      name.find_first_not_of(kAllowed) == std::string_view::npos)
    return {};
  return Error{Reason::InvalidArgument, "'" + std::string(name) +
                                            "' cannot name an identity: use 1 to 64 letters, digits, '.', "
                                            "'_', '-' or '@', not starting with '.'."};
}

Result<> WriteKey(const std::string& path, const SigningKey& key) {
  const Wiped pem{key.Pem()};
  os::NewFile file = CAIRN_TRY(os::NewFile::Create(path, 0600));
  CAIRN_TRY(file.Append(pem.text));
  return file.Publish(os::NewFile::Existing::Refuse);
}

}  // namespace

struct SigningKey::Key {
  KeyPointer pointer;
};

SigningKey::SigningKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::Generate() {
  WithoutConfiguration();
  KeyPointer pointer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Check(pointer != nullptr);
  return SigningKey(std::make_unique<Key>(Key{std::move(pointer)}));
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  WithoutConfiguration();
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Check(source != nullptr);
  KeyPointer pointer(PEM_read_bio_PrivateKey(source.get(), nullptr, NoPassphrase, nullptr));
  if (!pointer || EVP_PKEY_get_id(pointer.get()) != EVP_PKEY_ED25519) {
    return Error{
        Reason::InvalidArgument,
        "This is no Ed25519 private key in PEM form without a passphrase; 'cairn id new' makes one."};
  }
  return SigningKey(std::make_unique<Key>(Key{std::move(pointer)}));
}

Result<SigningKey> SigningKey::FromSeed(std::string_view seed) {
  WithoutConfiguration();
  if (seed.size() != kKeyBytes)
    return Error{Reason::InvalidArgument,
                 "An Ed25519 private key has 32 bytes, not " + std::to_string(seed.size()) + "."};
  KeyPointer pointer(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  Check(pointer != nullptr);
  return SigningKey(std::make_unique<Key>(Key{std::move(pointer)}));
}

Result<SigningKey> SigningKey::Load(const std::string& path) {
  const auto status = CAIRN_TRY(os::Stat(path));
  if ((status.mode & 077) != 0) {
    return Error{Reason::Denied,
                 "The key file '" + path + "' is open to others; close it with 'chmod 600 " + path + "'."};
  }
  const Wiped pem{CAIRN_TRY(os::ReadFile(path, kLargestKeyFile))};
  auto key = FromPem(pem.text);
  if (!key) return Error{key.error().reason, "'" + path + "': " + key.error().message};
  return key;
}

std::string SigningKey::Pem() const {
  const Bio sink(BIO_new(BIO_s_secmem()));
  Check(sink != nullptr);
  Check(PEM_write_bio_PKCS8PrivateKey(sink.get(), key_->pointer.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1);
  char* start = nullptr;
  const long size = BIO_get_mem_data(sink.get(), &start);
  return std::string(start, static_cast<std::size_t>(size));
}

std::string SigningKey::PublicKey() const {
  std::uint8_t bytes[kKeyBytes];
  std::size_t size = sizeof bytes;
  Check(EVP_PKEY_get_raw_public_key(key_->pointer.get(), bytes, &size) == 1 && size == kKeyBytes);
  return Base64({reinterpret_cast<const char*>(bytes), size});
}

std::string SigningKey::Sign(std::string_view message) const {
  std::uint8_t bytes[kSignatureBytes];
  std::size_t size = sizeof bytes;
  const Context context(EVP_MD_CTX_new());
  Check(context != nullptr);
  Check(EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_->pointer.get(),
                              nullptr) == 1);
  Check(EVP_DigestSign(context.get(), bytes, &size, Bytes(message), message.size()) == 1 &&
        size == kSignatureBytes);
  return Base64({reinterpret_cast<const char*>(bytes), size});
}

bool Verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  const KeyPointer key = ReadPublicKey(public_key);
  const auto bytes = FromBase64(signature);
  if (!key || !bytes || bytes->size() != kSignatureBytes) return false;
  const Context context(EVP_MD_CTX_new());
  Check(context != nullptr);
  if (EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) != 1)
    return false;
  return EVP_DigestVerify(context.get(), Bytes(*bytes), bytes->size(), Bytes(message), message.size()) == 1;
}

bool IsPublicKey(std::string_view text) { return ReadPublicKey(text) != nullptr; }

Result<Identity> NewIdentity(const std::string& folder, std::string_view name) {
  CAIRN_TRY(CheckName(name));
  CAIRN_TRY(os::MakeFolders(folder, 0700));
  const SigningKey key = SigningKey::Generate();
  Identity identity{std::string(name), key.PublicKey(), os::JoinPath(folder, std::string(name) + ".key")};
  const auto written = WriteKey(identity.key_path, key);
  if (!written && written.error().reason == Reason::AlreadyExists) {
    return Error{Reason::AlreadyExists, "There is a key of that name in '" + identity.key_path +
                                            "', which is never overwritten; choose another name."};
  }
  if (!written) return written.error();
  CAIRN_TRY(
      os::WriteFileAtomically(os::JoinPath(folder, identity.name + ".pub"), identity.public_key + "\n"));
  return identity;
}

Result<SigningKey> LoadIdentity(const std::string& folder, std::string_view name) {
  CAIRN_TRY(CheckName(name));
  auto key = SigningKey::Load(os::JoinPath(folder, std::string(name) + ".key"));
  if (!key && key.error().reason == Reason::NotFound) {
    return Error{Reason::NotFound, "There is no key of '" + std::string(name) + "' in '" + folder +
                                       "'; make one with 'cairn id new " + std::string(name) + "'."};
  }
  return key;
}

Result<SigningKey> LoadOrCreateKey(const std::string& path) {
  auto loaded = SigningKey::Load(path);
  if (loaded || loaded.error().reason != Reason::NotFound) return loaded;
  const auto written = WriteKey(path, SigningKey::Generate());
  // Another process may have made it first; then that one counts.
  if (!written && written.error().reason != Reason::AlreadyExists) return written.error();
  return SigningKey::Load(path);
}

}  // namespace cairn::crypto
