#include "loop/evidence/formats/model_signature.h"

#include "ground/vocabulary/digest.h"
#include "loop/evidence/formats/envelope.h"

namespace cairn::evidence {
namespace {

constexpr const char* kBundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr const char* kPredicate = "https://model_signing/signature/v1.0";

/// What the subject's digest is taken of: the raw digests of the files, in order.
std::string RootOf(const registry::Manifest& manifest) {
  std::string digests;
  for (const auto& file : manifest.files)
    if (const auto raw = BytesOfHex(file.sha256)) digests += *raw;
  return crypto::Sha256Hex(digests);
}

Json PredicateOf(const registry::Manifest& manifest) {
  Json resources = Json::Array();
  for (const auto& file : manifest.files)
    resources.Push(Json{{"name", file.path}, {"algorithm", "sha256"}, {"digest", file.sha256}});
  return Json{{"serialization", Json{{"method", "files"},
                                     {"hash_type", "sha256"},
                                     {"allow_symlinks", false},
                                     {"ignore_paths", Json::Array()}}},
              {"resources", std::move(resources)}};
}

}  // namespace

Json ModelSignature(const Dossier& dossier, const crypto::EcdsaKey& key) {
  const Json statement{
      {"_type", kStatementType},
      {"subject",
       Json::Array({Json{{"name", "model"}, {"digest", Json{{"sha256", RootOf(dossier.manifest)}}}}})},
      {"predicateType", kPredicate},
      {"predicate", PredicateOf(dossier.manifest)}};
  const std::string pem = key.PublicPem();
  return Json{
      {"mediaType", kBundle},
      {"verificationMaterial",
       Json{{"publicKey", Json{{"hint", KeyIdOf(pem)}}}, {"tlogEntries", Json::Array()}}},
      {"dsseEnvelope", Envelope(statement, "", [&](std::string_view message) { return key.Sign(message); })}};
}

Result<> CheckModelSignature(const Json& bundle, std::string_view public_pem,
                             const registry::Manifest& files) {
  const auto corrupt = [](const std::string& what) { return Error{Reason::Corrupt, what}; };
  if (bundle.Text("mediaType") != kBundle) return corrupt("it is no Sigstore bundle 0.3");
  if (bundle.At("verificationMaterial").At("publicKey").Text("hint") != KeyIdOf(public_pem))
    return corrupt("it was made with another key");
  const Json statement =
      CAIRN_TRY(Opened(bundle.At("dsseEnvelope"), [&](std::string_view message, std::string_view signature) {
        return crypto::VerifyEcdsa(public_pem, message, signature);
      }));
  const auto& subjects = statement.At("subject").items();
  if (statement.Text("predicateType") != kPredicate || subjects.size() != 1)
    return corrupt("it signs something else than a model");
  if (subjects.front().At("digest").Text("sha256") != RootOf(files) ||
      statement.At("predicate") != PredicateOf(files))
    return corrupt("it signs other files than those below model/");
  return Done{};
}

}  // namespace cairn::evidence
