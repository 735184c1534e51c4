#include "ground/crypto/ecdsa.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "ground/crypto/hash.h"
#include "ground/crypto/openssl.h"
#include "ground/crypto/pem.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"

namespace cairn::crypto {
namespace {

constexpr std::size_t kBytes = 32;
constexpr std::uint64_t kLargestKeyFile = 16 * 1024;
/// PrivateKeyInfo around the number and the point, and SubjectPublicKeyInfo before the point (RFC 5915,
/// 5480): of fixed lengths for this curve.
constexpr std::string_view kBeforeNumber(
    "\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03"
    "\x01\x07\x04\x6d\x30\x6b\x02\x01\x01\x04\x20",
    36);
constexpr std::string_view kBeforePoint("\xa1\x44\x03\x42\x00", 5);
constexpr std::string_view kPublic(
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42"
    "\x00",
    26);

using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using Scratch = std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_clear_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

template <std::size_t N>
std::string_view View(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}
const std::uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

int NoPassphrase(char*, int, int, void*) { return -1; }

Group Curve() {
  WithoutConfiguration();
  Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  Check(group != nullptr);
  return group;
}

/// One that arithmetic treats alike whatever its value.
Number SecretNumber(std::string_view bytes) {
  Number number(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
  Check(number != nullptr);
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

std::string Padded(const BIGNUM* number) {
  std::string bytes(kBytes, '\0');
  Check(BN_bn2binpad(number, reinterpret_cast<std::uint8_t*>(bytes.data()), kBytes) == kBytes);
  return bytes;
}

Point Multiplied(const EC_GROUP* group, const BIGNUM* times, BN_CTX* scratch) {
  Point point(EC_POINT_new(group));
  Check(point && EC_POINT_mul(group, point.get(), times, nullptr, nullptr, scratch) == 1);
  return point;
}

/// The numbers of RFC 6979, section 3.2, one after the other.
class Nonces {
 public:
  Nonces(std::string_view number, std::string_view reduced_hash) {
    const std::string both = std::string(number) + std::string(reduced_hash);
    for (const char mark : {'\0', '\1'}) {
      key_ = Mac(value_ + mark + both);
      value_ = Mac(value_);
    }
  }
  std::string Next() {
    if (asked_) {
      key_ = Mac(value_ + '\0');
      value_ = Mac(value_);
    }
    asked_ = true;
    value_ = Mac(value_);
    return value_;
  }

 private:
  std::string Mac(std::string_view message) const { return std::string(View(HmacSha256(key_, message))); }

  std::string key_ = std::string(kBytes, '\0'), value_ = std::string(kBytes, '\1');
  bool asked_ = false;
};

struct Signing {
  const EC_GROUP* group;
  const BIGNUM* order;
  const BIGNUM* number;
  const BIGNUM* hash;
  BN_CTX* scratch;
};

/// r and s of FIPS 186-4, section 6.4; null for a nonce that gives 0 (one in 2^256).
Signature SignWith(const Signing& by, const BIGNUM* nonce) {
  const Point point = Multiplied(by.group, nonce, by.scratch);
  Number r(BN_new()), s(BN_new()), inverse(BN_new());
  Check(r && s && inverse);
  Check(EC_POINT_get_affine_coordinates(by.group, point.get(), r.get(), nullptr, by.scratch) == 1);
  Check(BN_nnmod(r.get(), r.get(), by.order, by.scratch) == 1);
  Check(BN_mod_mul(s.get(), r.get(), by.number, by.order, by.scratch) == 1);
  Check(BN_mod_add(s.get(), s.get(), by.hash, by.order, by.scratch) == 1);
  Check(BN_mod_inverse(inverse.get(), nonce, by.order, by.scratch) != nullptr);
  Check(BN_mod_mul(s.get(), s.get(), inverse.get(), by.order, by.scratch) == 1);
  if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return nullptr;
  Signature signature(ECDSA_SIG_new());
  Check(signature && ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
  return signature;
}

std::string Der(const ECDSA_SIG* signature) {
  std::uint8_t* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &bytes);
  Check(size > 0);
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool IsOnP256(const EVP_PKEY* key) {
  char name[64] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_id(key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, name, sizeof name, &size) == 1 &&
         std::string_view(name) == SN_X9_62_prime256v1;
}

}  // namespace

EcdsaKey::EcdsaKey(EcdsaKey&& other) noexcept : number_(other.number_), point_(other.point_) {}
EcdsaKey::~EcdsaKey() { OPENSSL_cleanse(number_.data(), number_.size()); }

Result<EcdsaKey> EcdsaKey::FromNumber(std::string_view bytes) {
  const Group group = Curve();
  const Number number = SecretNumber(bytes);
  if (bytes.size() != kBytes || BN_is_zero(number.get()) ||
      BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0)
    return Error{Reason::InvalidArgument, "This is no private key of the curve P-256."};
  const Scratch scratch(BN_CTX_secure_new());
  Check(scratch != nullptr);
  const Point point = Multiplied(group.get(), number.get(), scratch.get());
  EcdsaKey key;
  std::copy(bytes.begin(), bytes.end(), key.number_.begin());
  Check(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, key.point_.data(),
                           key.point_.size(), scratch.get()) == key.point_.size());
  return key;
}

EcdsaKey EcdsaKey::Generate() {
  const Group group = Curve();
  const Number number(BN_secure_new());
  Check(number != nullptr);
  do {
    Check(BN_priv_rand_range(number.get(), EC_GROUP_get0_order(group.get())) == 1);
  } while (BN_is_zero(number.get()));
  auto key = FromNumber(Padded(number.get()));
  Check(bool(key));
  return *std::move(key);
}

Result<EcdsaKey> EcdsaKey::FromPem(std::string_view pem) {
  WithoutConfiguration();
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Check(source != nullptr);
  const KeyPointer pointer(PEM_read_bio_PrivateKey(source.get(), nullptr, NoPassphrase, nullptr));
  BIGNUM* number = nullptr;
  if (!pointer || !IsOnP256(pointer.get()) ||
      EVP_PKEY_get_bn_param(pointer.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1)
    return Error{Reason::InvalidArgument, "This is no P-256 private key in PEM form without a passphrase."};
  const Number owned(number);
  return FromNumber(Padded(owned.get()));
}

std::string EcdsaKey::Pem() const {
  return PemOf("PRIVATE KEY", std::string(kBeforeNumber) + std::string(View(number_)) +
                                  std::string(kBeforePoint) + std::string(View(point_)));
}

std::string EcdsaKey::PublicPem() const {
  return PemOf("PUBLIC KEY", std::string(kPublic) + std::string(View(point_)));
}

std::string EcdsaKey::Sign(std::string_view message) const {
  const Group group = Curve();
  const Scratch scratch(BN_CTX_secure_new());
  Check(scratch != nullptr);
  const BIGNUM* order = EC_GROUP_get0_order(group.get());
  const Number number = SecretNumber(View(number_)), hash = SecretNumber(View(Sha256(message)));
  Check(BN_nnmod(hash.get(), hash.get(), order, scratch.get()) == 1);
  Nonces nonces(View(number_), Padded(hash.get()));
  for (;;) {
    const Number nonce = SecretNumber(nonces.Next());
    if (BN_is_zero(nonce.get()) || BN_cmp(nonce.get(), order) >= 0) continue;
    const Signature signature =
        SignWith({group.get(), order, number.get(), hash.get(), scratch.get()}, nonce.get());
    if (signature) return Der(signature.get());
  }
}

bool VerifyEcdsa(std::string_view public_pem, std::string_view message, std::string_view signature) {
  WithoutConfiguration();
  const Bio source(BIO_new_mem_buf(public_pem.data(), static_cast<int>(public_pem.size())));
  Check(source != nullptr);
  const KeyPointer key(PEM_read_bio_PUBKEY(source.get(), nullptr, NoPassphrase, nullptr));
  if (!key || !IsOnP256(key.get())) return false;
  const Context context(EVP_MD_CTX_new());
  Check(context != nullptr);
  if (EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) != 1)
    return false;
  return EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                          message.size()) == 1;
}

Result<EcdsaKey> LoadOrCreateEcdsaKey(const std::string& path) {
  if (!os::Exists(path)) {
    std::string pem = EcdsaKey::Generate().Pem();
    os::NewFile file = CAIRN_TRY(os::NewFile::Create(path, 0600));
    CAIRN_TRY(file.Append(pem));
    OPENSSL_cleanse(pem.data(), pem.size());
    const auto published = file.Publish(os::NewFile::Existing::Refuse);
    // Another process may have made it first; then that one counts.
    if (!published && published.error().reason != Reason::AlreadyExists) return published.error();
  }
  const auto status = CAIRN_TRY(os::Stat(path));
  if ((status.mode & 077) != 0)
    return Error{Reason::Denied,
                 "The key file '" + path + "' is open to others; close it with 'chmod 600 " + path + "'."};
  auto key = EcdsaKey::FromPem(CAIRN_TRY(os::ReadFile(path, kLargestKeyFile)));
  if (!key) return Error{key.error().reason, "'" + path + "': " + key.error().message};
  return key;
}

}  // namespace cairn::crypto
