#include "cli/decide.h"

#include <algorithm>

#include "cli/identity_folder.h"
#include "cli/rollout_view.h"
#include "cli/session.h"
#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/emergency.h"

namespace cairn::cli {
namespace {

/// What is signed about a rollout, beside what is shown of it.
struct Wish {
  std::string_view route;   ///< "/approve", "/reject", "/emergency"
  std::string_view member;  ///< Of the statement, that holds the reason; "" for none.
  std::string reason;
};

/// What the signature is about: exactly what is shown, whatever the server says is to be signed.
Json StatementOf(const Json& rollout) {
  const Json& decision = rollout.At("decision_record");
  return Json{{"decision", decision.At("id")},
              {"action", decision.At("action")},
              {"model", decision.At("model")},
              {"version", decision.At("version")},
              {"alias", decision.At("alias")},
              {"seen", decision.At("seen")},
              {"rules", crypto::Sha256Hex(decision.At("rules").Canonical())}};
}

/// A server cannot slip in another version, other digests or other results.
Result<> CheckStatement(const Json& rollout) {
  const Json& decision = rollout.At("decision_record");
  const bool same = StatementOf(rollout).Canonical() == rollout.Text("statement") &&
                    decision.Text("model") == rollout.Text("model") &&
                    decision.Text("version") == std::to_string(rollout.Int("version"));
  if (same) return Done{};
  return Error{Reason::Corrupt,
               "the server asks for a signature under something else than it shows; nothing was signed"};
}

void ExplainSigning(const Session& session, const Json& decision, const std::string& who) {
  const Json& seen = decision.At("seen");
  session.Say("\n" + who + " signs that version " + decision.Text("version") + " may take the alias '" +
              decision.Text("alias") + "' of " + decision.Text("model") +
              ", on these results and no others:");
  for (const auto& [what, value] : seen.members())
    session.Say("  " + what + std::string(14 - std::min<std::size_t>(13, what.size()), ' ') + Shown(value));
  session.Say("If any of these changes before the promotion, the signature is void.");
}

/// The delegation in force from `giver` to `taker`.
Result<std::string> DelegationFrom(Session& session, const std::string& giver, const std::string& taker) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/delegations"));
  for (const Json& one : answer.At("items").items()) {
    if (one.Text("from") == giver && one.Text("to") == taker && one.Text("standing") == "in force")
      return one.Text("id");
  }
  return Error{Reason::NotFound, "no delegation from '" + giver + "' to '" + taker +
                                     "' is in force: `cairn delegation give " + taker + " --sign " + giver +
                                     "` makes one"};
}

Result<Json> Signed(Session& session, const Arguments& arguments, const Wish& wish) {
  const std::string name = arguments.Text("--sign"), giver = arguments.Text("--for");
  if (name.empty())
    return Error{Reason::InvalidArgument, "say who decides: --sign NAME (`cairn id new NAME` makes a key)"};
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), name));
  const Json rollout = CAIRN_TRY(session.Get(RolloutPath(arguments.Text("ROLLOUT"))));
  if (!rollout.At("decision_record").IsObject()) {
    return Error{Reason::Conflict, "the rollout " + rollout.Text("id") + " is " +
                                       Words(rollout.Text("stage")) + ": there is nothing to sign yet"};
  }
  CAIRN_TRY(CheckStatement(rollout));
  Json statement = StatementOf(rollout), body{{"signer", name}};
  if (!wish.member.empty()) {
    statement.Set(std::string(wish.member), wish.reason);
    body.Set("reason", wish.reason);
  }
  if (!giver.empty()) {
    const std::string delegation = CAIRN_TRY(DelegationFrom(session, giver, name));
    statement.Set("for", giver).Set("delegation", delegation);
    body.Set("delegation", delegation);
  }
  if (!session.json()) {
    PrintRollout(rollout);
    if (wish.route != "/reject")
      ExplainSigning(session, rollout.At("decision_record"),
                     name + (giver.empty() ? "" : ", for " + giver + ","));
  }
  body.Set("signature", key.Sign(statement.Canonical()));
  return session.Post(RolloutPath(rollout.Text("id"), wish.route), body);
}

Result<std::string> ReasonIn(const Arguments& arguments) {
  const std::string reason = arguments.Text("--reason");
  if (reason.empty()) return Error{Reason::InvalidArgument, "say why: --reason TEXT"};
  return reason;
}

Result<int> Approve(Session& session, const Arguments& arguments) {
  const Json rollout = CAIRN_TRY(Signed(session, arguments, {"/approve", "", ""}));
  if (!session.PrintedJson(rollout)) SayOutcome(session, rollout);
  return 0;
}

Result<int> Reject(Session& session, const Arguments& arguments) {
  const std::string reason = CAIRN_TRY(ReasonIn(arguments));
  const Json rollout = CAIRN_TRY(Signed(session, arguments, {"/reject", "reject", reason}));
  if (!session.PrintedJson(rollout)) SayOutcome(session, rollout);
  return 0;
}

Result<int> Emergency(Session& session, const Arguments& arguments) {
  const std::string reason = CAIRN_TRY(ReasonIn(arguments));
  const Json rollout = CAIRN_TRY(Signed(session, arguments, {"/emergency", "emergency", reason}));
  if (session.PrintedJson(rollout)) return 0;
  SayOutcome(session, rollout);
  session.Say(
      "This was an emergency release, without the due approvals. Somebody else must review it:\n"
      "  cairn model review " +
      rollout.Text("decision") + " --verdict justified --finding TEXT --sign NAME");
  return 0;
}

Result<int> Review(Session& session, const Arguments& arguments) {
  const std::string name = arguments.Text("--sign"), verdict = arguments.Text("--verdict"),
                    finding = arguments.Text("--finding"), decision = arguments.Text("DECISION");
  if (verdict != "justified" && verdict != "unjustified")
    return Error{Reason::InvalidArgument, "say what the review found: --verdict justified or unjustified"};
  if (finding.empty() || name.empty())
    return Error{Reason::InvalidArgument,
                 "a review has a --finding TEXT, and somebody who signs it: --sign NAME"};
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), name));
  const bool justified = verdict == "justified";
  const Json reviewed = CAIRN_TRY(
      session.Post("/api/v1/emergencies/" + PercentEncode(decision) + "/review",
                   Json{{"justified", justified},
                        {"finding", finding},
                        {"signer", name},
                        {"signature", key.Sign(governance::ReviewStatement(decision, justified, finding))}}));
  if (session.PrintedJson(reviewed)) return 0;
  session.Say("Reviewed: " + reviewed.Text("sentence"));
  if (!justified)
    session.Say("To take it back: cairn model rollback " + reviewed.Text("model") + " --reason TEXT");
  return 0;
}

Result<int> ListEmergencies(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/emergencies"));
  const auto& items = answer.At("items").items();
  const bool overdue =
      std::any_of(items.begin(), items.end(), [](const Json& one) { return one.Text("state") == "overdue"; });
  if (session.PrintedJson(answer)) return overdue ? 1 : 0;
  for (const Json& one : items) session.Say(one.Text("state") + ": " + one.Text("sentence"));
  if (items.empty()) session.Say("Nothing was released without the due approvals.");
  return overdue ? 1 : 0;
}

}  // namespace

std::vector<Command> DecideCommands() {
  const Positional rollout{"ROLLOUT", "Its id (the newest that waits)", Positional::Need::Optional};
  const Flag sign{"--sign", "NAME", "Sign with this person's key"},
      reason{"--reason", "TEXT", "Why, for the record"},
      in_stead{"--for", "NAME", "For this person, who has lent their role (`cairn delegation`)"};
  return {
      {"model approve",
       "Sign that a candidate may go live",
       "Shows what was measured and what the signature covers, then signs here: the key never leaves this "
       "machine.",
       {rollout},
       {sign, in_stead},
       Approve},
      {"model reject",
       "Sign that a candidate may not go live",
       "",
       {rollout},
       {sign, in_stead, reason},
       Reject},
      {"model emergency",
       "Release a candidate without the due approvals",
       "For the roles of gates.emergency in cairn.yaml. It stands in for the approvals and for nothing else: "
       "gates, "
       "digests and risk class hold. It is shown by status, doctor, score, level and metrics until somebody "
       "else "
       "has reviewed it, which is due within gates.emergency.review_days.",
       {rollout},
       {sign, reason},
       Emergency},
      {"model review",
       "Sign what the review of an emergency release found",
       "By an approver, validator or auditor who neither released nor made it.",
       {{"DECISION", "The decision that was released, as `cairn model emergencies` names it"}},
       {{"--verdict", "WORD", "justified or unjustified"}, {"--finding", "TEXT", "What was found"}, sign},
       Review},
      {"model emergencies",
       "List the releases without the due approvals, and their reviews",
       "Exit code 1 when a review is overdue.",
       {},
       {},
       ListEmergencies},
  };
}

}  // namespace cairn::cli
