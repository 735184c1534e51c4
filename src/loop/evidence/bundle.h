#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ground/crypto/ecdsa.h"
#include "ground/crypto/signature.h"
#include "loop/evidence/dossier.h"
#include "loop/package/files.h"

namespace cairn::evidence {

struct Keys {
  const crypto::SigningKey& log;  ///< Ed25519; seals the log, and signs provenance and SHA256SUMS.
  const crypto::EcdsaKey& model;  ///< P-256; signs the model's files, for a format that takes no Ed25519.
};

/// One document of a bundle, which can be had by itself.
struct Format {
  std::string_view name;   ///< "cyclonedx"
  std::string_view file;   ///< "bom.cdx.json", in the bundle
  std::string_view media;  ///< "application/json"
  std::string_view says;   ///< One line for people.
};
/// All, in the order of the README.
std::span<const Format> Formats();
/// NotFound with the nearest name.
Result<Format> FormatNamed(std::string_view name);
/// The document of that name. The same dossier gives the same bytes.
Result<std::string> Document(const Dossier& dossier, const Keys& keys, std::string_view name);

/// Everything, sealed:
///
///     README.md             how to check it, with public tools only
///     bundle.json           which version, which head of the log, who wrote it
///     model/…               the version's files as they were registered
///     …                     each of Formats()
///     decision.json         the decision, what was signed, and the signatures
///     configuration.yaml    the configuration that it saw; its SHA-256 is its digest
///     examination.json      what was measured; its SHA-256 is the digest that the decision saw
///     log/events.jsonl      the events of its story, as their leaves were taken
///     log/proofs.jsonl      their inclusion proofs (RFC 6962); log/head.json: the signed head
///     keys/log.pem, keys/model.pem
///     verify.py             checks log and signatures with Python and OpenSSL alone
///     SHA256SUMS            digests of all of these; SHA256SUMS.sig: Ed25519 over it
///
/// The same records as of the same head give the same bytes. `dossier` needs Contents::Whole.
Result<package::Files> Bundle(const Dossier& dossier, const Keys& keys);

}  // namespace cairn::evidence
