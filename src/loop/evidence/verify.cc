#include "loop/evidence/verify.h"

#include <algorithm>
#include <map>

#include "ground/archive/written_zip.h"
#include "ground/crypto/pem.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/merkle.h"
#include "ledger/metadata/tree_head.h"
#include "loop/evidence/checks.h"
#include "loop/evidence/formats/envelope.h"

namespace cairn::evidence {
namespace {

/// The base64 of a key in either of its forms.
Result<std::string> KeyIn(std::string_view text) {
  if (auto key = crypto::PublicKeyOfPem(text)) return key;
  const std::string key(Trim(text));
  if (crypto::IsPublicKey(key)) return key;
  return Error{Reason::InvalidArgument, "The key to trust is no Ed25519 public key, in PEM or base64."};
}

Json VerdictOf(const Checked& checked) {
  const auto about = Json::Parse(checked.Text("bundle.json")),
             head = Json::Parse(checked.Text("log/head.json"));
  Json problems = Json::Array(), notes = Json::Array();
  for (const Problem& problem : checked.problems)
    problems.Push(Json{{"file", problem.file}, {"message", problem.message}});
  if (!checked.trusted)
    notes.Push(
        "the bundle agrees with itself; whether keys/log.pem is the project's key, only the project can "
        "tell: "
        "compare its SHA-256, or give the key");
  return Json{
      {"sound", checked.problems.empty()},
      {"model", about ? about->Text("model") : ""},
      {"version", about ? about->Int("version") : 0},
      {"head", head ? Json{{"size", head->Int("size")}, {"root", head->Text("root")}, {"at", head->Int("at")}}
                    : Json()},
      {"events", checked.events},
      {"files", checked.files.size()},
      {"key", KeyIdOf(checked.Text("keys/log.pem"))},
      {"problems", std::move(problems)},
      {"notes", std::move(notes)}};
}

}  // namespace

Result<Json> Verify(std::string_view zip, std::string_view trusted_key) {
  Checked checked;
  const std::string trusted = trusted_key.empty() ? "" : CAIRN_TRY(KeyIn(trusted_key));
  const auto parts = archive::ReadWrittenZip(zip);
  if (!parts && parts.error().reason != Reason::Corrupt) return parts.error();
  if (!parts) {
    // Whoever gives something that is no zip at all is told so; of a damaged one, where it is damaged.
    if (parts.error().message.find("not as it was written") == std::string::npos) return parts.error();
    const auto& message = parts.error().message;
    const auto opens = message.find('\''), closes = message.find('\'', opens + 1);
    checked.Add(opens == std::string::npos ? "" : message.substr(opens + 1, closes - opens - 1), message);
    return VerdictOf(checked);
  }
  for (const auto& part : *parts) checked.files[std::string(part.name)] = part.bytes;
  if (!checked.files.contains("bundle.json") || !checked.files.contains("SHA256SUMS"))
    return Error{Reason::Corrupt, "This is a zip, but no bundle of evidence."};
  checked.trusted = !trusted.empty();
  CheckSeal(checked, trusted);
  // What follows would only repeat that a file is not the one that was sealed.
  if (checked.problems.empty()) CheckContents(checked);
  return VerdictOf(checked);
}

}  // namespace cairn::evidence
