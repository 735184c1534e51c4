#include "loop/evidence/bundle.h"

#include "ground/crypto/pem.h"
#include "ground/vocabulary/text.h"
#include "loop/evidence/bundle_text.h"
#include "loop/evidence/formats/cyclonedx.h"
#include "loop/evidence/formats/hugging_face.h"
#include "loop/evidence/formats/junit.h"
#include "loop/evidence/formats/lineage_events.h"
#include "loop/evidence/formats/model_signature.h"
#include "loop/evidence/formats/provenance.h"

namespace cairn::evidence {
namespace {

std::string JsonLines(const std::vector<Json>& values) {
  std::string text;
  for (const Json& value : values) text += value.Dump() + "\n";
  return text;
}

Json AboutOf(const Dossier& dossier) {
  return Json{{"format", 1},
              {"model", dossier.version.model},
              {"version", dossier.version.version},
              {"manifest", dossier.version.manifest},
              {"head", Json{{"size", static_cast<std::int64_t>(dossier.head.size)},
                            {"root", dossier.head.root},
                            {"at", dossier.head.at}}},
              {"made_by", dossier.program}};
}

void AddLog(const Dossier& dossier, const Keys& keys, package::Files& files) {
  std::string events, proofs;
  for (const auto& event : dossier.proven) {
    events += event.bytes + "\n";
    Json path = Json::Array();
    for (const auto& digest : event.proof.path) path.Push(digest);
    proofs += Json{{"event", event.id},
                   {"index", event.proof.index},
                   {"leaf", event.proof.leaf},
                   {"path", std::move(path)}}
                  .Dump() +
              "\n";
  }
  files["log/events.jsonl"] = std::move(events);
  files["log/proofs.jsonl"] = std::move(proofs);
  Json head = metadata::ToJson(dossier.head);
  files["log/head.json"] = head.Set("key", keys.log.PublicKey()).DumpPretty();
}

void AddDecision(const Dossier& dossier, package::Files& files) {
  if (dossier.configuration) files["configuration.yaml"] = dossier.configuration->text;
  // As it reads back from the store, of which its digest was taken.
  if (dossier.rollout && !dossier.rollout->report.IsNull())
    if (const auto stored = Json::Parse(dossier.rollout->report.Dump()))
      files["examination.json"] = stored->Canonical();
  if (!dossier.decision) return;
  Json decision = governance::ToJson(*dossier.decision);
  files["decision.json"] =
      decision.Set("statement", governance::ApprovalStatement(*dossier.decision)).DumpPretty();
}

}  // namespace

Result<std::string> Document(const Dossier& dossier, const Keys& keys, std::string_view name) {
  CAIRN_TRY(FormatNamed(name));
  if (name == "cyclonedx") return MachineLearningBom(dossier).DumpPretty();
  if (name == "attestations") return Attestations(dossier).DumpPretty();
  if (name == "slsa") return Provenance(dossier, keys.log).DumpPretty();
  if (name == "model-signing") return ModelSignature(dossier, keys.model).DumpPretty();
  if (name == "openlineage") return JsonLines(VersionEvents(dossier));
  if (name == "huggingface") return HuggingFaceCard(dossier);
  return JUnit(dossier);
}

Result<package::Files> Bundle(const Dossier& dossier, const Keys& keys) {
  package::Files files = dossier.files;
  for (const Format& format : Formats())
    files[std::string(format.file)] = CAIRN_TRY(Document(dossier, keys, format.name));
  AddLog(dossier, keys, files);
  AddDecision(dossier, files);
  files["README.md"] = ReadMe(dossier);
  files["verify.py"] = VerifyProgram();
  files["bundle.json"] = AboutOf(dossier).DumpPretty();
  files["keys/log.pem"] = CAIRN_TRY(crypto::PublicPemOf(keys.log.PublicKey()));
  files["keys/model.pem"] = keys.model.PublicPem();
  package::Seal(files);
  files["SHA256SUMS.sig"] = CAIRN_TRY(FromBase64(keys.log.Sign(files.at(std::string(package::kDigests)))));
  return files;
}

}  // namespace cairn::evidence
