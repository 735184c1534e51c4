#include "ledger/governance/delegation.h"

#include "cli/decide.h"
#include "cli/duration.h"
#include "cli/identity_folder.h"
#include "cli/session.h"
#include "ground/crypto/signature.h"
#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

/// A moment, or so long after `begins`.
Result<TimeMs> EndIn(const std::string& text, TimeMs begins) {
  if (text.empty())
    return Error{Reason::InvalidArgument, "say when it ends: --until 7d, or --until 2026-12-24"};
  if (const auto time = ParseTime(text)) return *time;
  return begins + CAIRN_TRY(DurationMs(text));
}

/// The key that the accepted configuration gives somebody: who the delegation is to.
Result<std::string> KeyOf(Session& session, const std::string& name) {
  const Json governing = CAIRN_TRY(session.Get("/api/v1/configuration"));
  const Node document = CAIRN_TRY(ParseYaml(governing.Text("text"), "the accepted cairn.yaml"));
  const auto authority = CAIRN_TRY(governance::ReadAuthority(document));
  if (const auto* principal = authority.Find(name)) return principal->key;
  return Error{Reason::NotFound, "'" + name + "' is no principal of the accepted configuration"};
}

Result<int> Give(Session& session, const Arguments& arguments) {
  governance::Delegation delegation;
  delegation.from = arguments.Text("--sign");
  delegation.to = arguments.Text("NAME");
  delegation.reason = arguments.Text("--reason");
  if (delegation.from.empty() || delegation.reason.empty())
    return Error{Reason::InvalidArgument,
                 "a delegation has a --reason TEXT, and its giver signs it: --sign NAME"};
  const std::string role = arguments.Has("--role") ? arguments.Text("--role") : "approver";
  const auto known = governance::RoleNamed(role);
  if (!known)
    return Error{Reason::InvalidArgument, "'" + role + "' is no role; choose approver or validator"};
  delegation.role = *known;
  delegation.begins =
      arguments.Has("--begins") ? CAIRN_TRY(ParseTime(arguments.Text("--begins"))) : os::SystemClock().Now();
  delegation.ends = CAIRN_TRY(EndIn(arguments.Text("--until"), delegation.begins));
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), delegation.from));
  delegation.to_key = CAIRN_TRY(KeyOf(session, delegation.to));
  const Json given = CAIRN_TRY(
      session.Post("/api/v1/delegations", Json{{"from", delegation.from},
                                               {"to", delegation.to},
                                               {"role", role},
                                               {"begins", delegation.begins},
                                               {"ends", delegation.ends},
                                               {"reason", delegation.reason},
                                               {"to_key", delegation.to_key},
                                               {"signature", key.Sign(DelegationStatement(delegation))}}));
  if (session.PrintedJson(given)) return 0;
  session.Say(delegation.to + " may sign as " + role + " for " + delegation.from + " until " +
              FormatUtc(delegation.ends) + ":\n  cairn model approve --sign " + delegation.to + " --for " +
              delegation.from + "\nEnds early with:\n  cairn delegation withdraw " + given.Text("id") +
              " --sign " + delegation.from);
  return 0;
}

Result<int> List(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/delegations"));
  if (session.PrintedJson(answer)) return 0;
  Table table({"from", "to", "role", "begins", "ends", "", "why", "id"});
  for (const Json& one : answer.At("items").items())
    table.Add({one.Text("from"), one.Text("to"), one.Text("role"), FormatUtc(one.Int("begins")),
               FormatUtc(one.Int("ends")), one.Text("standing"), one.Text("reason"), one.Text("id")});
  std::fputs(table.Text("Nobody has lent a role.").c_str(), stdout);
  return 0;
}

Result<int> Withdraw(Session& session, const Arguments& arguments) {
  const std::string name = arguments.Text("--sign"), id = arguments.Text("ID");
  if (name.empty()) return Error{Reason::InvalidArgument, "giver or taker signs it: --sign NAME"};
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), name));
  const Json withdrawn = CAIRN_TRY(
      session.Post("/api/v1/delegations/" + PercentEncode(id) + "/withdraw",
                   Json{{"signer", name}, {"signature", key.Sign(governance::WithdrawalStatement(id))}}));
  if (!session.PrintedJson(withdrawn))
    session.Say("Withdrawn: " + withdrawn.Text("to") + " signs no more for " + withdrawn.Text("from") + ".");
  return 0;
}

}  // namespace

std::vector<Command> DelegationCommands() {
  const Flag sign{"--sign", "NAME", "Sign with this person's key"};
  return {
      {"delegation give",
       "Lend the role of approver or validator to somebody else for a while",
       "They sign about candidates in the giver's stead (`cairn model approve --for NAME`); the record names "
       "both, "
       "and what either of them made they cannot approve. It lets nobody accept a configuration or release "
       "in an "
       "emergency, and cannot be lent on.",
       {{"NAME", "Who may sign"}},
       {{"--role", "ROLE", "approver (unless written) or validator"},
        {"--until", "TIME", "Until then, or for so long: 7d; 90 days at most"},
        {"--begins", "TIME", "From then on (now)"},
        {"--reason", "TEXT", "Why, for the record"},
        {"--sign", "NAME", "Whose role it is; sign with their key"}},
       Give},
      {"delegation list", "List who signs or signed for whom, the newest first", "", {}, {}, List},
      {"delegation withdraw",
       "End a delegation early",
       "By its giver or its taker. What was signed under it stays signed.",
       {{"ID", "As `cairn delegation list` names it"}},
       {sign},
       Withdraw},
  };
}

}  // namespace cairn::cli
