#include "loop/scorecard/verification.h"

#include <algorithm>
#include <map>

#include "ground/crypto/signature.h"
#include "ledger/metadata/merkle.h"
#include "loop/scorecard/manual_records.h"

namespace cairn::scorecard {
namespace {

enum class Outcome { Held, Differs, NotRepeated };

struct Verified {
  std::string check;
  Outcome outcome = Outcome::NotRepeated;
  std::string sentence;
};

std::string_view NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::Held:
      return "held";
    case Outcome::Differs:
      return "differs";
    case Outcome::NotRepeated:
      return "not repeated";
  }
  return "differs";
}

Verified Of(std::string check, bool held, std::string sentence) {
  return {std::move(check), held ? Outcome::Held : Outcome::Differs, std::move(sentence)};
}

Result<Verified> Record(const metadata::Log& log, const Moment& moment) {
  const auto proof = log.InclusionOf(moment.id);
  if (!proof && proof.error().reason == Reason::Conflict)
    return Verified{"record", Outcome::NotRepeated, "It is not sealed yet."};
  if (!proof && proof.error().reason == Reason::NotFound)
    return Of("record", false, "The log has no such event any more.");
  if (!proof) return proof.error();
  std::vector<metadata::Digest> path;
  for (const auto& digest : proof->path) path.push_back(CAIRN_TRY(metadata::DigestOf(digest)));
  const bool held = metadata::ProvesInclusion(
      CAIRN_TRY(metadata::DigestOf(proof->leaf)), static_cast<std::uint64_t>(proof->index),
      static_cast<std::uint64_t>(proof->size), path, CAIRN_TRY(metadata::DigestOf(proof->root)));
  return Of("record", held,
            held ? "Proven to be event " + std::to_string(proof->index) + " of the " +
                       std::to_string(proof->size) + " under the last signed head."
                 : "It is not what was sealed at its position.");
}

Verified Signed(const Moment& moment, const std::string& statement) {
  const Json& body = moment.event.body;
  const bool held = crypto::Verify(body.Text("key"), statement, body.Text("signature"));
  return Of("signature", held,
            held ? "Signed by " + body.Text("principal") + " over exactly this."
                 : "The signature is not " + body.Text("principal") + "'s over what is on record.");
}

Verified RecordedTest(const Moment& moment) {
  const Json& body = moment.event.body;
  const ManualTest test{body.Text("test"), body.Int("done"), body.Bool("passed"), body.Text("report"),
                        body.Text("place")};
  if (test.Id() != body.Text("record")) return Of("signature", false, "Its id is not that of its content.");
  return Signed(moment, RecordStatement(test));
}

Result<Verified> Approved(const governance::Decisions& decisions, const Moment& moment) {
  const Json& body = moment.event.body;
  if (body.Text("principal") == "policy")
    return Verified{"signature", Outcome::NotRepeated,
                    "A policy approved it; its signature is the policy's."};
  const auto decision = decisions.Find(body.Text("decision"));
  if (!decision && decision.error().reason == Reason::NotFound)
    return Of("signature", false, "The decision that was approved is gone.");
  if (!decision) return decision.error();
  return Signed(moment, governance::ApprovalStatement(*decision, body.Text("for"), body.Text("delegation")));
}

Result<Verified> Repeated(const Proving& proving, const Moment& moment) {
  const auto not_repeated = [](std::string why) {
    return Verified{"repeat", Outcome::NotRepeated, std::move(why)};
  };
  const std::string& kind = moment.event.kind;
  if (kind == "pipeline.stage_ended")
    return not_repeated("`cairn replay " + moment.event.body.Text("run") + "` does it again and compares.");
  if (kind.starts_with("monitoring.")) return not_repeated("Live traffic is judged once, while it is there.");
  if (kind.starts_with("rollout.canary") || kind == "rollout.rolled_back")
    return not_repeated("What went live is over.");
  if (kind.starts_with("rollout.") || kind == "governance.decision_proposed")
    return not_repeated("It rests on sealed rows, which are not opened for this.");
  if (kind != "data.contract_checked" || !proving.contract) return not_repeated("");
  const auto passes = proving.contract(moment);
  if (!passes) return not_repeated(passes.error().message);
  if (!*passes) return not_repeated("Another contract governs now than the one it was held against.");
  const bool was = moment.event.body.Bool("passed");
  return Of("repeat", **passes == was,
            std::string("The same bytes ") + (**passes ? "pass" : "fail") + " the contract again" +
                (**passes == was ? "." : ", and the record says otherwise."));
}

Result<std::vector<Verified>> ChecksOf(const Proving& proving, const Moment& moment) {
  std::vector<Verified> checks{CAIRN_TRY(Record(proving.log, moment))};
  const std::string& kind = moment.event.kind;
  if (kind == "scorecard.test_recorded") {
    checks.push_back(RecordedTest(moment));
  } else if (kind == "scorecard.test_acknowledged") {
    checks.push_back(Signed(moment, AcknowledgementStatement(moment.event.body.Text("record"))));
  } else if (kind == "governance.decision_approved") {
    checks.push_back(CAIRN_TRY(Approved(proving.decisions, moment)));
  } else {
    checks.push_back(CAIRN_TRY(Repeated(proving, moment)));
  }
  return checks;
}

/// The cited events in order, each with the tests that cite it.
Result<std::map<const Moment*, Json>> CitedBy(const TestScore& score, std::string_view test) {
  std::map<const Moment*, Json> cited;
  if (!test.empty() && score.Find(test) == nullptr)
    return Error{Reason::NotFound, "'" + std::string(test) + "' is no test of the rubric"};
  for (const ScoredTest& one : score.tests) {
    if (!test.empty() && one.id != test) continue;
    for (const Moment* moment : one.evidence)
      cited.try_emplace(moment, Json::Array()).first->second.Push(one.id);
  }
  return cited;
}

}  // namespace

Result<Json> Verify(const TestScore& score, const Proving& proving, std::string_view test) {
  std::map<std::string_view, std::int64_t> counts;
  Json items = Json::Array();
  for (const auto& [moment, tests] : CAIRN_TRY(CitedBy(score, test))) {
    for (const Verified& one : CAIRN_TRY(ChecksOf(proving, *moment))) {
      if (one.sentence.empty()) continue;
      ++counts[NameOf(one.outcome)];
      items.Push(Json{{"event", moment->id},
                      {"kind", moment->event.kind},
                      {"tests", tests},
                      {"check", one.check},
                      {"outcome", NameOf(one.outcome)},
                      {"sentence", one.sentence}});
    }
  }
  return Json{{"held", counts["differs"] == 0},
              {"counts", Json{{"held", counts["held"]},
                              {"differs", counts["differs"]},
                              {"not_repeated", counts["not repeated"]}}},
              {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
