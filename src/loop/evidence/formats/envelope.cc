#include "loop/evidence/formats/envelope.h"

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"

namespace cairn::evidence {

std::string Preauthenticated(std::string_view payload) {
  const auto counted = [](std::string_view text) {
    return std::to_string(text.size()) + " " + std::string(text);
  };
  return "DSSEv1 " + counted(kPayloadType) + " " + counted(payload);
}

Json Envelope(const Json& statement, const std::string& key_id,
              const std::function<std::string(std::string_view)>& sign) {
  const std::string payload = statement.Canonical();
  return Json{{"payload", Base64(payload)},
              {"payloadType", kPayloadType},
              {"signatures",
               Json::Array({Json{{"keyid", key_id}, {"sig", Base64(sign(Preauthenticated(payload)))}}})}};
}

Result<Json> Opened(const Json& envelope,
                    const std::function<bool(std::string_view, std::string_view)>& verify) {
  const auto corrupt = [](const char* what) { return Error{Reason::Corrupt, what}; };
  if (envelope.Text("payloadType") != kPayloadType) return corrupt("its payload is no in-toto statement");
  const auto payload = FromBase64(envelope.Text("payload"));
  const auto& signatures = envelope.At("signatures").items();
  if (!payload || signatures.size() != 1) return corrupt("it is no DSSE envelope with one signature");
  const auto signature = FromBase64(signatures.front().Text("sig"));
  if (!signature || !verify(Preauthenticated(*payload), *signature))
    return corrupt("its signature does not hold");
  const auto statement = Json::Parse(*payload);
  if (!statement || statement->Text("_type") != kStatementType)
    return corrupt("its payload is no in-toto statement");
  return *statement;
}

std::string KeyIdOf(std::string_view pem) { return crypto::Sha256Hex(pem); }

}  // namespace cairn::evidence
