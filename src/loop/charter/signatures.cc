#include "loop/charter/signatures.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/roles.h"
#include "ledger/metadata/log.h"
#include "loop/charter/charter.h"

namespace cairn::charter {
namespace {

/// The configuration that governs, as far as signatures care.
struct Ground {
  std::string digest;
  Signing signing;
  governance::Authority authority;
};

Result<Ground> GroundOf(const governance::Configuration& accepted) {
  const Node document = CAIRN_TRY(ParseYaml(accepted.text, "the accepted cairn.yaml"));
  return Ground{ContentDigest(document), CAIRN_TRY(ReadSigning(document)),
                CAIRN_TRY(governance::ReadAuthority(document))};
}

std::string WhyLapsed(const Ground& ground, const Json& body, TimeMs at, TimeMs now) {
  const std::string name = body.Text("principal");
  const auto* principal = ground.authority.Find(name);
  if (principal == nullptr) return name + " is no principal any more";
  if (principal->key != body.Text("key")) return name + " has another key now";
  if (!crypto::Verify(principal->key, SigningStatement(ground.digest), body.Text("signature")))
    return "the signature does not hold over this charter";
  const auto valid = ParseDuration(ground.signing.valid);
  if (valid && now - at > *valid) return "it was valid for " + ground.signing.valid;
  return "";
}

Standing StandingOn(const Ground& ground, const std::vector<metadata::LoggedEvent>& events, TimeMs now) {
  Standing standing;
  standing.digest = ground.digest;
  for (const auto& event : events) {
    const Json& body = event.event.body;
    standing.signatures.push_back({body.Text("principal"), event.at, WhyLapsed(ground, body, event.at, now)});
  }
  for (const auto& name : ground.signing.required) {
    const bool there =
        std::any_of(standing.signatures.begin(), standing.signatures.end(),
                    [&](const auto& one) { return one.principal == name && one.lapsed.empty(); });
    if (!there) standing.missing.push_back(name);
  }
  return standing;
}

Result<Standing> Look(sql::Database& database, const Ground& ground, TimeMs now) {
  const auto events = CAIRN_TRY(
      metadata::Log(database).Read({.kind = "charter.signed", .subject = "charter:" + ground.digest}));
  return StandingOn(ground, events, now);
}

}  // namespace

Result<Signing> ReadSigning(const Node& configuration) {
  Signing signing;
  const Node* section = configuration.FindPath("charter.signatures");
  if (section == nullptr || section->IsNull()) return signing;
  if (!section->IsMap()) return WrongAt(*section, "'signatures' must be a map with required and valid");
  CAIRN_TRY(section->OnlyKeys({"required", "valid"}));
  signing.required = CAIRN_TRY(WordsAt(*section, "required"));
  signing.valid = CAIRN_TRY(TextAt(*section, "valid"));
  if (signing.valid.empty()) return signing;
  const auto valid = ParseDuration(signing.valid);
  if (!valid) return WrongAt(*section->Find("valid"), valid.error().message);
  return signing;
}

std::string ContentDigest(const Node& configuration) {
  const Node* section = configuration.Find("charter");
  return crypto::Sha256Hex((section == nullptr ? Json::Object() : section->ToJson()).Canonical());
}

std::string SigningStatement(const std::string& digest) {
  return Json{{"action", "sign_charter"}, {"charter", digest}}.Canonical();
}

Result<> Signatures::Sign(const governance::Signature& signature) {
  auto signed_now = SignOnce(signature);
  if (signed_now) return signed_now;
  return governance::Recorded(database_, clock_, {"sign_charter", "charter", signature.principal},
                              signed_now.error());
}

Result<> Signatures::SignOnce(const governance::Signature& signature) {
  const TimeMs now = clock_.Now();
  const auto accepted = CAIRN_TRY(database_.Read(governance::AcceptedIn));
  if (!accepted)
    return Error{Reason::Conflict, "no configuration is accepted yet: `cairn apply`, then sign its charter"};
  const Ground ground = CAIRN_TRY(GroundOf(*accepted));
  const auto* principal = ground.authority.Find(signature.principal);
  if (principal == nullptr)
    return Error{Reason::Denied,
                 "'" + signature.principal + "' is no principal of the accepted configuration"};
  if (!crypto::Verify(principal->key, SigningStatement(ground.digest), signature.value))
    return Error{Reason::Denied, "the signature is not " + principal->name + "'s over the charter " +
                                     ground.digest.substr(0, 12) + "…, which governs now"};
  const Standing standing = CAIRN_TRY(Look(database_, ground, now));
  for (const auto& one : standing.signatures) {
    if (one.principal == principal->name && one.lapsed.empty())
      return Error{Reason::AlreadyExists,
                   "'" + principal->name + "' signed this charter on " + FormatDate(one.at)};
  }
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(metadata::Append(connection, now,
                               {.kind = "charter.signed",
                                .subject = "charter:" + ground.digest,
                                .actor = principal->name,
                                .cause = "",
                                .body = Json{{"charter", ground.digest},
                                             {"principal", principal->name},
                                             {"key", principal->key},
                                             {"signature", signature.value}}}));
    return Done{};
  });
}

Result<Standing> Signatures::Now() const {
  const auto accepted = CAIRN_TRY(database_.Read(governance::AcceptedIn));
  if (!accepted) return Standing{};
  return Look(database_, CAIRN_TRY(GroundOf(*accepted)), clock_.Now());
}

Result<> Signatures::AllowTraining() const {
  const Standing standing = CAIRN_TRY(Now());
  if (standing.missing.empty()) return Done{};
  return Error{Reason::Denied, "the charter " + standing.digest.substr(0, 12) + "… is not signed by " +
                                   Join(standing.missing, ", ") +
                                   " (charter.signatures.required): `cairn charter sign --sign NAME`"};
}

Json Standing::ToJson() const {
  Json listed = Json::Array(), names = Json::Array();
  for (const auto& one : signatures)
    listed.Push(Json{{"principal", one.principal},
                     {"at_ms", one.at},
                     {"counts", one.lapsed.empty()},
                     {"why", one.lapsed}});
  for (const auto& name : missing) names.Push(name);
  return Json{{"digest", digest}, {"signatures", std::move(listed)}, {"missing", std::move(names)}};
}

}  // namespace cairn::charter
