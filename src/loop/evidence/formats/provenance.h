#pragma once

#include <string_view>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/json.h"
#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// How a version came to be: an in-toto statement about its files with SLSA provenance 1.0, in a DSSE
/// envelope signed by the key that seals the log.
Json Provenance(const Dossier& dossier, const crypto::SigningKey& key);

/// Corrupt with a sentence unless `envelope` is one, signed by `public_key` (base64), about exactly these
/// files.
Result<> CheckProvenance(const Json& envelope, std::string_view public_key, const registry::Manifest& files);

}  // namespace cairn::evidence
