#include "cli/evidence.h"

#include <cstdio>

#include "cli/session.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/evidence/bundle.h"
#include "loop/evidence/verify.h"

namespace cairn::cli {
namespace {

/// "/api/v1/models/NAME/versions/N/evidence" of the version that the line names by number or alias.
struct Asked {
  std::string model;
  std::int64_t version = 0;
  std::string path;
};
Result<Asked> ReadAsked(Session& session, const Arguments& arguments) {
  const auto [model, version] =
      CAIRN_TRY(ReadVersion(session, arguments.Text("MODEL") + "@" + arguments.Text("VERSION")));
  return Asked{
      model, version,
      "/api/v1/models/" + PercentEncode(model) + "/versions/" + std::to_string(version) + "/evidence"};
}

std::string AtOf(const Arguments& arguments) {
  return arguments.Has("--at") ? "?at=" + PercentEncode(arguments.Text("--at")) : "";
}

Result<> Refuse(const std::string& file) {
  if (!os::Exists(file)) return Done{};
  return Error{Reason::AlreadyExists, "'" + file + "' is there already; nothing was written."};
}

Result<int> MakeBundle(Session& session, const Arguments& arguments) {
  const auto asked = CAIRN_TRY(ReadAsked(session, arguments));
  const std::string number = std::to_string(asked.version);
  const std::string to =
      arguments.Has("--out") ? arguments.Text("--out") : asked.model + "-" + number + ".evidence.zip";
  CAIRN_TRY(Refuse(to));
  const std::string zip = CAIRN_TRY(
      While("gathering the evidence", [&] { return session.PostForText(asked.path + AtOf(arguments)); }));
  // What leaves was checked as its reader will check it.
  const Json verdict = CAIRN_TRY(evidence::Verify(zip));
  if (!verdict.Bool("sound"))
    return Error{Reason::Corrupt,
                 "The bundle does not hold: " + verdict.At("problems").items().front().Text("file") + " " +
                     verdict.At("problems").items().front().Text("message")};
  CAIRN_TRY(os::WriteFileAtomically(to, zip));
  if (session.PrintedJson(Json{{"bundle", to},
                               {"sha256", crypto::Sha256Hex(zip)},
                               {"model", asked.model},
                               {"version", asked.version},
                               {"head", verdict.At("head")},
                               {"events", verdict.At("events")},
                               {"files", verdict.At("files")},
                               {"key", verdict.At("key")}}))
    return 0;
  session.Say("The evidence about version " + number + " of " + asked.model + " is in " + to + ": " +
              std::to_string(verdict.Int("files")) + " files, " + std::to_string(verdict.Int("events")) +
              " events proven to be in the log of " + WithThousands(verdict.At("head").Int("size")) +
              ".\nIts README says how to check it with public tools; here:\n\n  cairn evidence verify " + to);
  return 0;
}

Result<int> Export(Session& session, const Arguments& arguments) {
  const auto format = CAIRN_TRY(evidence::FormatNamed(arguments.Text("FORM")));
  const auto asked = CAIRN_TRY(ReadAsked(session, arguments));
  const std::string to = arguments.Text("--out");
  if (!to.empty()) CAIRN_TRY(Refuse(to));
  const std::string text =
      CAIRN_TRY(session.GetText(asked.path + "/" + std::string(format.name) + AtOf(arguments)));
  if (to.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  CAIRN_TRY(os::WriteFileAtomically(to, text));
  if (!session.PrintedJson(Json{{"file", to}, {"form", format.name}, {"sha256", crypto::Sha256Hex(text)}}))
    session.Say(std::string(format.says) + " of version " + std::to_string(asked.version) + " of " +
                asked.model + ": " + to);
  return 0;
}

/// A key as the line gives it: a file, or the key itself.
Result<std::string> KeyOf(const Arguments& arguments) {
  const std::string key = arguments.Text("--key");
  return os::Exists(key) ? os::ReadFile(key, 64 * 1024) : Result<std::string>(key);
}

Result<int> VerifyBundle(Session& session, const Arguments& arguments) {
  const auto file = CAIRN_TRY(os::MappedFile::Open(arguments.Text("FILE")));
  const Json verdict = CAIRN_TRY(evidence::Verify(file.bytes(), CAIRN_TRY(KeyOf(arguments))));
  const bool sound = verdict.Bool("sound");
  if (session.PrintedJson(verdict)) return sound ? 0 : 1;
  for (const Json& problem : verdict.At("problems").items())
    session.Say(problem.Text("file") + ": " + problem.Text("message"));
  if (sound) {
    const Json& head = verdict.At("head");
    session.Say("The evidence about version " + std::to_string(verdict.Int("version")) + " of " +
                verdict.Text("model") + " holds: " + std::to_string(verdict.Int("files")) + " files, " +
                std::to_string(verdict.Int("events")) + " events proven to be in the log of " +
                WithThousands(head.Int("size")) + " as of " + FormatUtc(head.Int("at")) +
                ".\nSigned by the key " + verdict.Text("key") + ".");
  } else {
    session.Say("The bundle is NOT what was written.");
  }
  for (const Json& note : verdict.At("notes").items()) session.Note("note: " + note.AsString());
  return sound ? 0 : 1;
}

const Positional kModel{"MODEL", "The registered model"};
const Positional kVersion{"VERSION", "A number or an alias: 3, production"};
const Flag kAt{"--at", "EVENTS", "The log as of an earlier signed head, as bundle.json names it"};

}  // namespace

std::vector<Command> EvidenceCommands() {
  return {
      {"evidence bundle",
       "Write all evidence about a version into one archive",
       "Its files, bill of materials with model card (CycloneDX), ML Test Score as attestations, provenance "
       "(SLSA in an in-toto statement), model signature (OpenSSF), OpenLineage and the log's events with "
       "their proofs, the decision with its signatures, and a README that says how to check each with public "
       "tools. The same records as of the same head (--at) give the same bytes. That it was made is on "
       "record.",
       {kModel, kVersion},
       {{"--out", "FILE", "Where to (MODEL-NUMBER.evidence.zip)", "o"}, kAt},
       MakeBundle},
      {"evidence export",
       "Write one document of it: cyclonedx, slsa, junit, …",
       "cyclonedx (bill of materials with model card), attestations (ML Test Score, CycloneDX), slsa "
       "(provenance in a DSSE envelope), model-signing (check it with `model_signing verify key`), "
       "openlineage, huggingface (a card), junit (gates and tests).",
       {{"FORM", "cyclonedx, attestations, slsa, model-signing, openlineage, huggingface or junit"},
        kModel,
        kVersion},
       {{"--out", "FILE", "Into a file instead of to the terminal", "o"}, kAt},
       Export},
      {"evidence verify",
       "Check a bundle, without server, database or network",
       "Exit code 1 when one byte is another than was written, naming the file. Without --key the bundle is "
       "only shown to agree with itself.",
       {{"FILE", "What `cairn evidence bundle` wrote"}},
       {{"--key", "KEY", "The project's key as you know it from elsewhere: a PEM file, or base64"}},
       VerifyBundle},
  };
}

}  // namespace cairn::cli
