#include "loop/evidence/formats/cyclonedx.h"

namespace cairn::evidence {
namespace {

constexpr const char* kStandard = "standard:ml-test-score";

std::string RequirementRef(const Json& test) { return "requirement:" + test.Text("test"); }
std::string ClaimRef(const Json& test) { return "claim:" + test.Text("test"); }

Json StandardOf(const Json& score) {
  Json requirements = Json::Array();
  for (const Json& test : score.At("items").items())
    requirements.Push(Json{{"bom-ref", RequirementRef(test)},
                           {"identifier", test.Text("test")},
                           {"title", test.Text("section")},
                           {"text", test.Text("meaning")}});
  return Json{{"bom-ref", kStandard},
              {"name", "ML Test Score"},
              {"version", "2017"},
              {"owner", "Breck, Cai, Nielsen, Salib, Sculley"},
              {"requirements", std::move(requirements)}};
}

/// Each event that a test cites, once.
Json EvidenceOf(const Dossier& dossier) {
  Json evidence = Json::Array();
  for (const auto& event : dossier.events)
    evidence.Push(
        Json{{"bom-ref", "event:" + event.id},
             {"propertyName", event.event.kind},
             {"description", event.event.kind + " about " + event.event.subject},
             {"data", Json::Array({Json{{"name", event.id},
                                        {"contents", Json{{"url", "log/events.jsonl#" + event.id}}}}})},
             {"created", FormatUtc(event.at)}});
  return evidence;
}

Json CitedBy(const Json& test, const Json& evidence) {
  Json refs = Json::Array();
  for (const Json& cited : test.At("evidence").items()) {
    const std::string ref = "event:" + cited.Text("event");
    for (const Json& one : evidence.items())
      if (one.Text("bom-ref") == ref) refs.Push(ref);
  }
  return refs;
}

Json ClaimOf(const Dossier& dossier, const Json& test, const Json& evidence) {
  return Json{{"bom-ref", ClaimRef(test)},
              {"target", "model:" + dossier.Name()},
              {"predicate", test.Double("points") == 1     ? "A system does this test, again and again."
                            : test.Double("points") == 0.5 ? "A person did this test, and another read it."
                                                           : "Nothing on record shows this test."},
              {"reasoning", test.Text("sentence")},
              {"evidence", CitedBy(test, evidence)}};
}

/// A test that earns nothing is counted against, not for.
Json MappingOf(const Json& test) {
  const double points = test.Double("points");
  Json mapping{{"requirement", RequirementRef(test)},
               {points > 0 ? "claims" : "counterClaims", Json::Array({Json(ClaimRef(test))})},
               {"conformance", Json{{"score", points}, {"rationale", test.Text("sentence")}}}};
  return mapping.Set(
      "confidence",
      Json{{"score", 1},
           {"rationale", "Counted from the event log, whose events carry proofs (log/proofs.jsonl)."}});
}

}  // namespace

Json Attestations(const Dossier& dossier) {
  Json claims = Json::Array(), map = Json::Array();
  const Json evidence = EvidenceOf(dossier);
  for (const Json& test : dossier.score.At("items").items()) {
    claims.Push(ClaimOf(dossier, test, evidence));
    map.Push(MappingOf(test));
  }
  const Json attestation{
      {"summary", "ML Test Score " + dossier.score.At("score").Dump() + ": " + dossier.score.Text("band")},
      {"assessor", "assessor:records"},
      {"map", std::move(map)}};
  Json bom = BomHead(dossier, "attestations", VersionComponent(dossier));
  return bom.Set("definitions", Json{{"standards", Json::Array({StandardOf(dossier.score)})}})
      .Set("declarations",
           Json{{"assessors", Json::Array({Json{{"bom-ref", "assessor:records"},
                                                {"thirdParty", false},
                                                {"organization", Json{{"name", dossier.program}}}}})},
                {"claims", std::move(claims)},
                {"evidence", evidence},
                {"attestations", Json::Array({attestation})}});
}

}  // namespace cairn::evidence
