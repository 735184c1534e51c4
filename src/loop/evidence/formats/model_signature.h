#pragma once

#include <string_view>

#include "ground/crypto/ecdsa.h"
#include "ground/vocabulary/json.h"
#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// The signature over a version's files as OpenSSF Model Signing 1.0 has it: a Sigstore bundle 0.3 with a
/// DSSE envelope, signed by an ECDSA key.
Json ModelSignature(const Dossier& dossier, const crypto::EcdsaKey& key);

/// Corrupt with a sentence unless `bundle` is one, made with the private part of `public_pem`, over exactly
/// these files.
Result<> CheckModelSignature(const Json& bundle, std::string_view public_pem,
                             const registry::Manifest& files);

}  // namespace cairn::evidence
