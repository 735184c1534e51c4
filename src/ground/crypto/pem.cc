#include "ground/crypto/pem.h"

#include <algorithm>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"

namespace cairn::crypto {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----\n", kEnd = "-----END PUBLIC KEY-----\n";
/// What stands before the 32 bytes in SubjectPublicKeyInfo (RFC 8410, section 4).
constexpr std::string_view kPrefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

}  // namespace

std::string PemOf(std::string_view label, std::string_view der) {
  const std::string text = Base64(der), name(label);
  std::string pem = "-----BEGIN " + name + "-----\n";
  for (std::size_t at = 0; at < text.size(); at += kLine) pem += text.substr(at, kLine) + "\n";
  return pem + "-----END " + name + "-----\n";
}

Result<std::string> PublicPemOf(std::string_view public_key) {
  if (!IsPublicKey(public_key))
    return Error{Reason::InvalidArgument, "'" + std::string(public_key) + "' is no Ed25519 public key."};
  return PemOf("PUBLIC KEY", std::string(kPrefix) + CAIRN_TRY(FromBase64(public_key)));
}

Result<std::string> PublicKeyOfPem(std::string_view pem) {
  const Error none{Reason::InvalidArgument, "This is no Ed25519 public key in PEM form."};
  if (!pem.starts_with(kBegin) || !pem.ends_with(kEnd) || pem.size() < kBegin.size() + kEnd.size())
    return none;
  std::string text(pem.substr(kBegin.size(), pem.size() - kBegin.size() - kEnd.size()));
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  const auto der = FromBase64(text);
  if (!der || !der->starts_with(kPrefix)) return none;
  const std::string key = Base64(der->substr(kPrefix.size()));
  // One key has one text: what reads back otherwise was changed.
  const auto again = PublicPemOf(key);
  return again && *again == pem ? Result<std::string>(key) : none;
}

}  // namespace cairn::crypto
