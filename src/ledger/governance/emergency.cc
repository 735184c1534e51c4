#include "ledger/governance/emergency.h"

#include <algorithm>
#include <array>
#include <limits>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/store/decision_table.h"
#include "ledger/governance/warrant.h"
#include "ledger/metadata/recall.h"

namespace cairn::governance {
namespace {

constexpr const char* kReleased = "governance.emergency_released";
constexpr const char* kReviewed = "governance.emergency_reviewed";
constexpr std::array kReviewers{Role::Approver, Role::Validator, Role::Auditor};

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

Emergency EmergencyOf(const metadata::LoggedEvent& released) {
  const Json& body = released.event.body;
  Emergency emergency;
  emergency.decision = body.Text("decision");
  emergency.model = body.Text("model");
  emergency.version = body.Text("version");
  emergency.alias = body.Text("alias");
  emergency.by = body.Text("principal");
  emergency.key = body.Text("key");
  emergency.reason = body.Text("reason");
  emergency.approvals = body.Int("approvals");
  emergency.required = body.Int("required");
  emergency.own_work = body.Bool("own_work");
  emergency.at = released.at;
  emergency.due = body.Int("review_due");
  emergency.event = released.id;
  return emergency;
}

void Take(const metadata::LoggedEvent& reviewed, Emergency& emergency) {
  const Json& body = reviewed.event.body;
  emergency.reviewer = body.Text("principal");
  emergency.reviewed_at = reviewed.at;
  emergency.justified = body.Bool("justified");
  emergency.finding = body.Text("finding");
}

std::vector<Emergency> EmergenciesAmong(const std::vector<metadata::LoggedEvent>& released,
                                        const std::vector<metadata::LoggedEvent>& reviewed) {
  std::vector<Emergency> emergencies;
  for (const auto& event : released) emergencies.push_back(EmergencyOf(event));
  for (const auto& event : reviewed) {
    const auto found = std::find_if(emergencies.begin(), emergencies.end(), [&](const Emergency& one) {
      return one.decision == event.event.body.Text("decision");
    });
    if (found != emergencies.end()) Take(event, *found);
  }
  std::reverse(emergencies.begin(), emergencies.end());
  return emergencies;
}

std::string SentenceOn(const Emergency& emergency, TimeMs now) {
  std::string text = "EMERGENCY: '" + emergency.by + "' released version " + emergency.version + " of " +
                     emergency.model + " on " + FormatUtc(emergency.at) + " with " +
                     std::to_string(emergency.approvals) + " of " + std::to_string(emergency.required) +
                     " approvals";
  if (emergency.own_work) text += ", and had a part in making it";
  text += " (" + emergency.reason + "); ";
  if (!emergency.reviewer.empty())
    return text + emergency.reviewer + " found it " +
           (emergency.justified ? "justified: " : "NOT justified: ") + emergency.finding;
  const std::string how = ": `cairn model review " + emergency.decision + "`";
  if (emergency.IsOverdue(now))
    return text + "its review by somebody else is overdue since " + FormatUtc(emergency.due) + how;
  return text + "somebody else must review it by " + FormatUtc(emergency.due) + how;
}

Result<Principal> ReviewerOf(const Authority& authority, const Decision& decision, const Emergency& emergency,
                             const std::string& name) {
  const Principal* reviewer = CAIRN_TRY(PrincipalNamed(authority, name));
  const bool may =
      std::any_of(kReviewers.begin(), kReviewers.end(), [&](Role role) { return reviewer->Has(role); });
  if (!may)
    return Denied("'" + name + "' cannot review it: that needs the role approver, validator or auditor");
  if (name == emergency.by || reviewer->key == emergency.key)
    return Denied("'" + name + "' released this and cannot review it; somebody else must");
  if (name == decision.seen.Text("developer") || name == decision.proposer)
    return Denied("'" + name + "' made or proposed this candidate and cannot review its release");
  return *reviewer;
}

}  // namespace

bool EmergencyRule::Lets(const Principal& principal) const {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) { return principal.Has(role); });
}

Result<EmergencyRule> ReadEmergency(const Node& configuration) {
  constexpr std::int64_t kMostDays = 90, kDayMs = 86'400'000;
  EmergencyRule rule;
  const Node* section = configuration.FindPath("gates.emergency");
  if (section == nullptr || section->IsNull()) return rule;
  if (!section->IsMap()) return WrongAt(*section, "'emergency' is a map with roles and review_days");
  CAIRN_TRY(section->OnlyKeys({"roles", "review_days"}));
  for (const auto& word : CAIRN_TRY(WordsAt(*section, "roles"))) {
    const auto role = RoleNamed(word);
    if (!role)
      return WrongAt(*section->Find("roles"), "'" + word +
                                                  "' is no role; choose among developer, validator, "
                                                  "approver, operator, auditor");
    rule.roles.push_back(*role);
  }
  if (rule.roles.empty())
    return WrongAt(*section, "'emergency' names the roles that may release: roles: [approver]");
  const Node* days = section->Find("review_days");
  if (days == nullptr) return rule;
  const auto count = ParseInt(days->IsScalar() ? days->text() : "");
  if (!count || *count < 0 || *count > kMostDays)
    return WrongAt(*days, "'review_days' is a whole number of days from 0 to 90");
  rule.review_ms = *count * kDayMs;
  return rule;
}

Json ToJson(const Emergency& emergency, TimeMs now) {
  const bool reviewed = !emergency.reviewer.empty();
  return Json{{"decision", emergency.decision},
              {"model", emergency.model},
              {"version", emergency.version},
              {"alias", emergency.alias},
              {"by", emergency.by},
              {"reason", emergency.reason},
              {"approvals", emergency.approvals},
              {"required", emergency.required},
              {"own_work", emergency.own_work},
              {"at", emergency.at},
              {"due", emergency.due},
              {"event", emergency.event},
              {"reviewer", emergency.reviewer},
              {"reviewed_at", reviewed ? Json(emergency.reviewed_at) : Json()},
              {"justified", reviewed ? Json(emergency.justified) : Json()},
              {"finding", emergency.finding},
              {"state", reviewed                   ? "reviewed"
                        : emergency.IsOverdue(now) ? "overdue"
                                                   : "awaiting review"},
              {"sentence", SentenceOn(emergency, now)}};
}

std::vector<std::string> UnreviewedOf(const std::vector<Emergency>& emergencies, TimeMs now) {
  std::vector<std::string> sentences;
  for (const bool overdue : {true, false}) {
    for (const Emergency& one : emergencies) {
      if (one.reviewer.empty() && one.IsOverdue(now) == overdue) sentences.push_back(SentenceOn(one, now));
    }
  }
  return sentences;
}

std::string ReviewStatement(const std::string& decision, bool justified, const std::string& finding) {
  return Json{
      {"action", "review_emergency"}, {"decision", decision}, {"justified", justified}, {"finding", finding}}
      .Canonical();
}

Result<std::vector<Emergency>> EmergenciesIn(sql::Connection& connection) {
  const auto released = CAIRN_TRY(metadata::EventsIn(connection, kReleased));
  if (released.empty()) return std::vector<Emergency>();
  return EmergenciesAmong(released, CAIRN_TRY(metadata::EventsIn(connection, kReviewed)));
}

Result<std::vector<Emergency>> EmergenciesOn(const metadata::Log& log) {
  metadata::EventFilter filter;
  filter.limit = std::numeric_limits<std::int64_t>::max();
  filter.kind = kReleased;
  const auto released = CAIRN_TRY(log.Read(filter));
  if (released.empty()) return std::vector<Emergency>();
  filter.kind = kReviewed;
  return EmergenciesAmong(released, CAIRN_TRY(log.Read(filter)));
}

Result<Emergency> Emergencies::Review(const std::string& decision, bool justified, const std::string& finding,
                                      const Signature& signature) {
  auto reviewed = ReviewOnce(decision, justified, finding, signature);
  if (reviewed) return reviewed;
  return Recorded(database_, clock_, {"review_emergency", "decision:" + decision, signature.principal},
                  reviewed.error());
}

Result<Emergency> Emergencies::ReviewOnce(const std::string& id, bool justified, const std::string& finding,
                                          const Signature& signature) {
  const TimeMs now = clock_.Now();
  if (Trim(finding).empty())
    return Error{Reason::InvalidArgument, "a review says what was found, for who reads it later"};
  return database_.Transact([&](sql::Connection& connection) -> Result<Emergency> {
    // Locked, so that two reviews do not pass each other.
    const auto decision = LockedDecision(connection, id);
    auto all = CAIRN_TRY(EmergenciesIn(connection));
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Emergency& one) { return one.decision == id; });
    if (!decision && decision.error().reason != Reason::NotFound) return decision.error();
    if (!decision || found == all.end())
      return Error{Reason::NotFound, "no release in an emergency rests on a decision '" + id +
                                         "': `cairn model emergencies` lists them"};
    if (!found->reviewer.empty())
      return Error{Reason::AlreadyExists, "'" + found->reviewer + "' has reviewed this release on " +
                                              FormatDate(found->reviewed_at)};
    const auto reviewer =
        CAIRN_TRY(ReviewerOf(CAIRN_TRY(AuthorityIn(connection)), *decision, *found, signature.principal));
    if (!crypto::Verify(reviewer.key, ReviewStatement(id, justified, finding), signature.value))
      return Denied("the signature is not " + reviewer.name + "'s over exactly this review");
    const std::string cause = decision->cause.empty() ? id : decision->cause;
    CAIRN_TRY(metadata::Append(connection, now,
                               {kReviewed, "decision:" + id, reviewer.name, cause,
                                Json{{"decision", id},
                                     {"model", found->model},
                                     {"version", found->version},
                                     {"principal", reviewer.name},
                                     {"key", reviewer.key},
                                     {"signature", signature.value},
                                     {"justified", justified},
                                     {"finding", finding}}}));
    found->reviewer = reviewer.name;
    found->reviewed_at = now;
    found->justified = justified;
    found->finding = finding;
    return *found;
  });
}

Result<std::vector<Emergency>> Emergencies::List() const { return database_.Read(EmergenciesIn); }

}  // namespace cairn::governance
