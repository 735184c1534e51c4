#pragma once

#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/roles.h"
#include "ledger/metadata/log.h"

/// Releases without the due approvals (Decisions::Release), and their reviews afterwards.
namespace cairn::governance {

/// Who may release in an emergency, and until when somebody else must have reviewed it:
///   gates: {emergency: {roles: [approver, operator], review_days: 3}}
struct EmergencyRule {
  std::vector<Role> roles;  ///< Empty: nobody may.
  std::int64_t review_ms = 3 * 86'400'000LL;

  bool Lets(const Principal& principal) const;
};
/// Nobody without the section. InvalidArgument with place: an unknown key or role, no role, or `review_days`
/// that is no whole number from 0 (at once) to 90.
Result<EmergencyRule> ReadEmergency(const Node& configuration);

/// One release without the due approvals.
struct Emergency {
  std::string decision, model, version, alias;
  std::string by;   ///< Who released it.
  std::string key;  ///< Their public key.
  std::string reason;
  std::int64_t approvals = 0, required = 0;  ///< That were there, and were due.
  bool own_work = false;                     ///< Who released it had made or proposed it.
  TimeMs at = 0;
  TimeMs due = 0;  ///< Of the review.
  std::string event;
  std::string reviewer{};  ///< "" before it was reviewed.
  TimeMs reviewed_at = 0;
  bool justified = false;  ///< What the review said.
  std::string finding{};

  bool IsOverdue(TimeMs now) const { return reviewer.empty() && now >= due; }
};
/// Its members, and "state" at `now`: "awaiting review", "overdue" or "reviewed", with one "sentence".
Json ToJson(const Emergency& emergency, TimeMs now);
/// One sentence for each that nobody has reviewed: those that are overdue first.
std::vector<std::string> UnreviewedOf(const std::vector<Emergency>& emergencies, TimeMs now);

/// What a reviewer signs: canonical JSON of {"action": "review_emergency", "decision", "finding",
/// "justified"}.
std::string ReviewStatement(const std::string& decision, bool justified, const std::string& finding);

/// Newest first.
Result<std::vector<Emergency>> EmergenciesIn(sql::Connection& connection);
Result<std::vector<Emergency>> EmergenciesOn(const metadata::Log& log);

/// Emergencies and their reviews, kept as events alone: "governance.emergency_released" {principal, key,
/// signature, reason, approvals, required, own_work, review_due; the decision's}, subject "decision:<id>",
/// and "governance.emergency_reviewed" {decision, model, version, principal, key, signature, justified,
/// finding} with the same subject. Safe from any thread.
class Emergencies {
 public:
  /// Both must outlive it.
  Emergencies(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// NotFound without such a release; InvalidArgument without a finding; AlreadyExists when it was reviewed.
  /// Denied: the signer has not the role approver, validator or auditor, released it, made or proposed the
  /// candidate (under whatever name: no key counts twice), or the signature is not theirs over exactly this.
  Result<Emergency> Review(const std::string& decision, bool justified, const std::string& finding,
                           const Signature& signature);
  Result<std::vector<Emergency>> List() const;

 private:
  Result<Emergency> ReviewOnce(const std::string& decision, bool justified, const std::string& finding,
                               const Signature& signature);

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::governance
