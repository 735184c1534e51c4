#include "loop/evidence/checks.h"

#include <algorithm>
#include <map>

#include "ground/crypto/hash.h"
#include "ground/crypto/pem.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/merkle.h"
#include "ledger/metadata/tree_head.h"
#include "loop/evidence/bundle.h"
#include "loop/evidence/formats/model_signature.h"
#include "loop/evidence/formats/provenance.h"

namespace cairn::evidence {
namespace {

constexpr const char* kList = "SHA256SUMS";
constexpr const char* kSignature = "SHA256SUMS.sig";
constexpr const char* kKey = "keys/log.pem";

/// Everything that is not what the list says, as far as the list can be read.
std::vector<Problem> Differences(Checked& checked) {
  std::vector<Problem> problems;
  std::map<std::string, std::string> digests;
  for (const auto line : Split(checked.Text(kList), '\n')) {
    if (line.empty()) continue;
    if (line.size() < 67 || !IsHex(line.substr(0, 64), 64) || line.substr(64, 2) != "  ")
      return {{kList, "has a line that is not as sha256sum writes it"}};
    digests.emplace(line.substr(66), line.substr(0, 64));
  }
  for (const auto& [path, digest] : digests) {
    if (!checked.files.contains(path))
      problems.push_back({path, "is listed in SHA256SUMS and missing"});
    else if (const auto& found = checked.DigestOf(path); found != digest)
      problems.push_back({path, "is not the file that SHA256SUMS lists: its SHA-256 is " + found +
                                    ", and should be " + digest});
  }
  for (const auto& [path, bytes] : checked.files)
    if (path != kList && path != kSignature && !digests.contains(path))
      problems.push_back({path, "is not listed in SHA256SUMS"});
  return problems;
}

Json ParsedOr(Checked& checked, const std::string& file) {
  auto json = Json::Parse(checked.Text(file));
  if (json) return *std::move(json);
  checked.Add(file, checked.files.contains(file) ? json.error().message : "is missing");
  return Json();
}

void CheckHead(Checked& checked, const Json& head) {
  const auto read = metadata::TreeHeadOf(head);
  if (!read) return checked.Add("log/head.json", read.error().message);
  if (!crypto::Verify(checked.key, metadata::Statement(*read), read->signature))
    checked.Add("log/head.json", "is not signed by keys/log.pem");
}

/// "" when the event is proven to be in the tree, else what is wrong.
std::string ProofFault(std::string_view event, std::string_view line, const Json& head) {
  const auto proof = Json::Parse(line), said = Json::Parse(event);
  const auto root = metadata::DigestOf(head.Text("root"));
  if (!proof || !said || !root) return "cannot be read";
  if (proof->Text("event") != said->Text("id")) return "is the proof of another event";
  std::vector<metadata::Digest> path;
  for (const Json& one : proof->At("path").items()) {
    const auto digest = metadata::DigestOf(one.IsString() ? one.AsString() : "");
    if (!digest) return "holds what is no digest";
    path.push_back(*digest);
  }
  const bool proven = metadata::ProvesInclusion(metadata::LeafDigest(event),
                                                static_cast<std::uint64_t>(proof->Int("index", -1)),
                                                static_cast<std::uint64_t>(head.Int("size")), path, *root);
  return proven ? "" : "does not prove that its event is in the log";
}

void CheckLog(Checked& checked) {
  const Json head = ParsedOr(checked, "log/head.json");
  CheckHead(checked, head);
  const auto events = Split(checked.Text("log/events.jsonl"), '\n'),
             proofs = Split(checked.Text("log/proofs.jsonl"), '\n');
  if (events.size() != proofs.size())
    return checked.Add("log/proofs.jsonl", "has another number of lines than log/events.jsonl");
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].empty() && proofs[i].empty()) continue;
    ++checked.events;
    if (const auto fault = ProofFault(events[i], proofs[i], head); !fault.empty())
      return checked.Add("log/proofs.jsonl", "line " + std::to_string(i + 1) + " " + fault);
  }
}

/// What an approval was signed over: the decision's statement, or the same with whom it was given for, or
/// with the reason of an emergency; "" when it is something else.
std::string SignedIn(const Json& approval, const std::string& statement) {
  const std::string own = approval.Text("statement");
  if (own.empty()) return statement;
  auto read = Json::Parse(own);
  if (!read || !read->IsObject()) return "";
  for (const char* name : {"for", "delegation", "emergency"}) {
    if (read->Text(name) != approval.Text(name)) return "";
    read->Remove(name);
  }
  return read->Canonical() == statement ? own : "";
}

void CheckDecision(Checked& checked) {
  if (!checked.files.contains("decision.json")) return;
  const Json decision = ParsedOr(checked, "decision.json");
  const std::string statement = decision.Text("statement");
  const auto read = Json::Parse(statement);
  for (const char* name : {"model", "version", "alias", "action"})
    if (!read || read->Text(name) != decision.Text(name))
      return checked.Add("decision.json", "its statement is about another decision");
  if (read->At("seen") != decision.At("seen") || read->Text("decision") != decision.Text("id"))
    return checked.Add("decision.json", "its statement is about another decision");
  for (const Json& approval : decision.At("approvals").items())
    if (!crypto::Verify(approval.Text("key"), SignedIn(approval, statement), approval.Text("signature")))
      checked.Add("decision.json", "the signature of " + approval.Text("principal") + " does not hold");
  const std::string configuration = decision.At("seen").Text("configuration");
  if (checked.files.contains("configuration.yaml") && checked.DigestOf("configuration.yaml") != configuration)
    checked.Add("configuration.yaml", "is not the configuration that the decision saw");
}

/// The version's files, as they are in the bundle.
registry::Manifest ModelIn(Checked& checked) {
  constexpr std::string_view kFolder = "model/";
  registry::Manifest manifest;
  for (const auto& [path, bytes] : checked.files)
    if (path.starts_with(kFolder))
      manifest.files.push_back({path.substr(kFolder.size()), checked.DigestOf(path), bytes.size()});
  return manifest;
}

/// Every file of the model stands in the bill of materials with its digest, and no other.
void CheckBom(Checked& checked, const registry::Manifest& model) {
  const Json bom = ParsedOr(checked, "bom.cdx.json");
  if (bom.Text("bomFormat") != "CycloneDX" || bom.Text("specVersion") != "1.6")
    return checked.Add("bom.cdx.json", "is no CycloneDX 1.6");
  std::map<std::string, std::string> named;
  for (const Json& component : bom.At("components").items())
    if (component.Text("type") == "file" && !component.At("hashes").items().empty())
      named[component.Text("name")] = component.At("hashes").items().front().Text("content");
  std::map<std::string, std::string> found;
  for (const auto& file : model.files) found["model/" + file.path] = file.sha256;
  if (named != found) checked.Add("bom.cdx.json", "names other files or digests than those below model/");
}

}  // namespace

const std::string& Checked::DigestOf(const std::string& file) {
  std::string& digest = digests[file];
  if (digest.empty()) digest = crypto::Sha256Hex(Text(file));
  return digest;
}

void CheckSeal(Checked& checked, const std::string& trusted) {
  const auto key = crypto::PublicKeyOfPem(checked.Text(kKey));
  auto differences = Differences(checked);
  if (key) checked.key = *key;
  const bool signs = key && crypto::Verify(*key, checked.Text(kList), Base64(checked.Text(kSignature)));
  const auto is_key = [](const Problem& problem) { return problem.file == kKey; };
  if (!signs) {
    if (!key || std::any_of(differences.begin(), differences.end(), is_key))
      checked.Add(kKey, "is not the key that signed SHA256SUMS");
    else if (differences.empty())
      checked.Add(kSignature, "does not hold over SHA256SUMS, whose digests are right");
    else
      checked.Add(kList,
                  "is not what was signed: " + differences.front().file + " " + differences.front().message);
  } else {
    checked.problems = std::move(differences);
  }
  if (key && !trusted.empty() && *key != trusted)
    checked.Add(kKey, "is another key than the one that you trust");
}

void CheckContents(Checked& checked) {
  const registry::Manifest model = ModelIn(checked);
  const Json signature = ParsedOr(checked, "model.sig"),
             provenance = ParsedOr(checked, "provenance.dsse.json");
  if (const auto good = CheckModelSignature(signature, checked.Text("keys/model.pem"), model); !good)
    checked.Add("model.sig", good.error().message);
  if (const auto good = CheckProvenance(provenance, checked.key, model); !good)
    checked.Add("provenance.dsse.json", good.error().message);
  CheckLog(checked);
  CheckDecision(checked);
  CheckBom(checked, model);
  for (const Format& format : Formats())
    if (!checked.files.contains(std::string(format.file)))
      checked.Add(std::string(format.file), "is missing");
}

}  // namespace cairn::evidence
