#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/configuration.h"

namespace cairn::governance {

/// One rule as it was measured.
struct Rule {
  std::string name;
  bool passed = false;
  Json value;          ///< What was measured.
  Json bound;          ///< What it was held against.
  std::string detail;  ///< For people.
};

enum class State {
  Open,      ///< Waits for approval.
  Approved,  ///< May be redeemed once.
  Rejected,
  Expired,   ///< Closed because it waited too long.
  Void,      ///< Closed because what it saw has changed, or a later decision took its place.
  Redeemed,  ///< Carried out.
};
const char* NameOf(State state);

/// What is to be allowed.
struct Act {
  std::string action;  ///< "promote", "rollback", or another word of the room that asks.
  std::string model;
  std::string version;
  std::string alias;
  friend bool operator==(const Act&, const Act&) = default;
};

struct Vote {
  std::string principal;
  std::string public_key;
  std::string signature;
  TimeMs at = 0;
  std::string giver{};       ///< For whom it was given, under `delegation`; "" for oneself.
  std::string delegation{};  ///< Found by the signature, which covers it.
  bool emergency = false;    ///< It released the decision in an emergency.
};

struct Decision {
  std::string id;
  Act act;
  std::vector<Rule> rules;
  /// What the decision rests on: an object name → digest or other text ("dataset", "manifest", "environment",
  /// …). "developer" is the name of who made the candidate. Proposing adds "configuration", the digest of the
  /// accepted one.
  Json seen = Json::Object();
  State state = State::Open;
  Approval authority = Approval::Human;  ///< Who approved, once it is approved.
  std::string emergency{};    ///< Why it was released without the due approvals (emergency.h); "" otherwise.
  std::int64_t required = 1;  ///< How many people must approve.
  TimeMs created_at = 0;
  std::string proposer;
  std::string cause;
  std::string reason;  ///< Of a rejection or a void; of a policy's approval the digest of the signed
                       ///< configuration it rests on (SignedPolicyIn).
  std::vector<Vote> votes;
};
Json ToJson(const Decision& decision);
Json ToJson(const Rule& rule);

/// What an approver signs: canonical JSON of {"action", "alias", "decision", "model", "rules" (SHA-256 of the
/// rules' canonical JSON), "seen", "version"}.
/// For `giver`, under a delegation, also "delegation" (its id) and "for" (the giver).
std::string ApprovalStatement(const Decision& decision, const std::string& giver = "",
                              const std::string& delegation = "");
/// What one signs to reject it: the same with "reject": the reason.
std::string RejectionStatement(const Decision& decision, const std::string& reason,
                               const std::string& giver = "", const std::string& delegation = "");
/// What is signed to release it in an emergency: the same with "emergency": the reason.
std::string EmergencyStatement(const Decision& decision, const std::string& reason);

struct Proposal {
  Act act;
  std::vector<Rule> rules;
  Json seen = Json::Object();
  std::string proposer;
  std::string cause;
};

/// Asks to carry out an approved decision.
struct Redemption {
  std::string decision;
  Act act;
  Json seen = Json::Object();  ///< The current values of what the decision saw; "configuration" and
                               ///< "developer" may be left out.
  std::string actor;
  /// Of a promotion: the version that the alias named until now ("" when none) and what a return to it must
  /// see again, for instance the digest of its manifest. The return is approved in advance by a decision of
  /// its own, valid once and until the next promotion.
  std::string predecessor;
  Json predecessor_seen = Json::Object();
};

struct Redeemed {
  Decision decision;
  std::string return_decision;  ///< The id of the pre-authorised return; "" when there is none.
};

/// Carries out a decision in the transaction of the deed that it allows, exactly once. NotFound; Conflict
/// when it is not approved (any more); Denied when it covers another act, when what it saw has changed (the
/// message names what), or when its recorded approvals do not hold: by their signatures, or by their age
/// (validity.h; also one in the future, when the clock was set back).
Result<Redeemed> Redeem(sql::Connection& connection, TimeMs now, const Redemption& redemption);

/// Whether `decision` was carried out and is about exactly this act.
Result<bool> IsCarriedOut(sql::Connection& connection, const std::string& decision, const Act& act);
/// Whether a decision of any action lets this version stand under this alias: one that was carried out, or an
/// approved one that can still be.
Result<bool> IsAllowed(sql::Connection& connection, std::string_view model, std::string_view version,
                       std::string_view alias);

/// The id of a decision that may still bring this version where it was proposed for: one that waits for
/// approval, or that is approved and not carried out, such as a pre-authorised return. "" when there is none.
Result<std::string> PendingOn(sql::Connection& connection, std::string_view model, std::string_view version);

/// Decisions about what may go live. Every step appends an event with subject "decision:<id>" and the
/// decision's cause (or its id where it has none): governance.decision_proposed, decision_approved
/// {principal, signature, complete; for and delegation of one under a delegation} (principal "policy" for the
/// gates), decision_rejected, decision_voided, decision_redeemed. Approvals and rejections that are refused
/// leave an event too (refusal.h). Safe from any thread.
class Decisions {
 public:
  /// Both must outlive it.
  Decisions(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Opens a decision. One with a failed rule is rejected at once, naming the rule. Conflict when no
  /// configuration was accepted or seen.configuration is another than the accepted one; InvalidArgument
  /// without action, model, version and alias, for a promotion without rules, and for "promotion" in `seen`.
  Result<Decision> Propose(const Proposal& proposal);

  /// Denied: a rule failed, it was proposed too long ago (validity.h), the signer is unknown, is no approver,
  /// proposed this or made the candidate, the risk class forbids it, or the signature is not theirs over
  /// exactly this. Conflict: it is closed, or they approved it already. Approved once `required` people did.
  /// Under a delegation all of this is asked of who signs and of the giver, and neither counts twice.
  Result<Decision> Approve(const std::string& id, const Signature& signature);
  /// By the accepted gates alone. Denied unless they say `approval: policy`, an approver has signed what is
  /// guarded in the accepted configuration (SignedPolicyIn; the message says how), every rule passed, and the
  /// risk is minimal or limited.
  Result<Decision> ApproveByPolicy(const std::string& id);
  /// Without the due approvals, by one who may do that (gates.emergency) and signs EmergencyStatement. It
  /// stands in for approvals and for nothing else: Denied for a failed rule, an age or a risk class as in
  /// Approve. Event "governance.emergency_released" (emergency.h).
  Result<Decision> Release(const std::string& id, const std::string& reason, const Signature& signature);
  /// By an approver or validator, or under a delegation of one, who signs RejectionStatement. Also an
  /// approved decision can be rejected until it is redeemed.
  Result<Decision> Reject(const std::string& id, const std::string& reason, const Signature& signature);
  /// Closes a decision whose ground is gone, when nobody can redeem it any more. Conflict unless open or
  /// approved.
  Result<Decision> Void(const std::string& id, const std::string& reason, const std::string& actor);
  /// The same for one that waited too long.
  Result<Decision> Expire(const std::string& id, const std::string& actor);

  Result<Decision> Find(const std::string& id) const;
  /// Newest first; "" means any.
  Result<std::vector<Decision>> List(std::string_view model, std::string_view state = "",
                                     std::int64_t limit = 100) const;
  /// The pre-authorised return for this alias that can be redeemed now; NotFound when there is none.
  Result<Decision> ReturnFor(std::string_view model, std::string_view alias) const;

 private:
  Result<Decision> Close(const std::string& id, State state, const std::string& reason,
                         const std::string& actor);

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::governance
