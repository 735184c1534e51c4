#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/evidence/dossier.h"

/// In-toto statements in DSSE envelopes (in-toto Attestation Framework v1; DSSE v1).
namespace cairn::evidence {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";

/// The bytes that are signed: PAE(type, payload) of the DSSE protocol.
std::string Preauthenticated(std::string_view payload);

/// {"payload", "payloadType", "signatures": [{"keyid", "sig"}]}. `sign` gives the raw signature.
Json Envelope(const Json& statement, const std::string& key_id,
              const std::function<std::string(std::string_view message)>& sign);

/// The statement of an envelope that has the one form which Envelope writes, once `verify` has accepted the
/// raw signature. Corrupt with a sentence otherwise.
Result<Json> Opened(const Json& envelope,
                    const std::function<bool(std::string_view message, std::string_view signature)>& verify);

/// The id by which a key goes: SHA-256 of its PEM.
std::string KeyIdOf(std::string_view pem);

}  // namespace cairn::evidence
