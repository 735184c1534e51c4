#include "ledger/governance/configuration.h"

#include <algorithm>
#include <array>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/document.h"
#include "ledger/governance/emergency.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/store/configuration_table.h"
#include "ledger/governance/validity.h"
#include "ledger/metadata/event.h"

namespace cairn::governance {
namespace {

constexpr std::array<std::string_view, 14> kGuarded = {"roles",
                                                       "gates",
                                                       "governance",
                                                       "model",
                                                       "charter.risk",
                                                       "charter.signatures",
                                                       "charter.kpis",
                                                       "charter.success",
                                                       "charter.cost",
                                                       "charter.heuristic",
                                                       "serving.canary",
                                                       "serving.log",
                                                       "serving.worker.code",
                                                       "serving.worker.python"};

Result<Node> Parse(const std::string& text) {
  auto node = CAIRN_TRY(ParseYaml(text, "cairn.yaml"));
  if (!node.IsMap())
    return Error{Reason::InvalidArgument,
                 "cairn.yaml holds no sections; 'cairn init' writes one to start from"};
  return node;
}

/// What stands at a path, as text that equal contents share.
std::string ContentAt(const Node& configuration, std::string_view path) {
  const Node* node = configuration.FindPath(path);
  return node == nullptr ? "null" : node->ToJson().Canonical();
}

std::vector<std::string> ChangedSections(const Node& before, const Node& after) {
  std::set<std::string> sections;
  for (const auto& entry : before.entries()) sections.insert(entry.key);
  for (const auto& entry : after.entries()) sections.insert(entry.key);
  std::vector<std::string> changed;
  for (const auto& section : sections) {
    const Node* old_node = before.Find(section);
    const Node* new_node = after.Find(section);
    const bool same = old_node != nullptr && new_node != nullptr && old_node->ToJson() == new_node->ToJson();
    if (!same) changed.push_back(section);
  }
  return changed;
}

std::string Joined(const std::vector<std::string>& paths) {
  std::string list;
  for (const auto& path : paths) list += (list.empty() ? "" : ", ") + path;
  return list;
}

Error NeedsSignature(const std::string& changes, const std::string& why) {
  if (changes.empty()) {
    return {Reason::Denied, "the signature does not count: " + why +
                                ". Nothing in this configuration needs one: without '--sign' it is accepted"};
  }
  return {
      Reason::Denied,
      "this configuration changes " + changes + ", which is a decision: " + why +
          ". An approver of the configuration that governs now can accept it with 'cairn apply --sign NAME'"};
}

/// Whether `signature` is that of an approver among `signers` over `statement`.
Result<> CheckSignature(const Authority& signers, const std::optional<Signature>& signature,
                        const std::string& statement, const std::string& changes) {
  if (!signature) return NeedsSignature(changes, "it carries no signature");
  const Principal* signer = signers.Find(signature->principal);
  if (signer == nullptr)
    return NeedsSignature(
        changes, "'" + signature->principal + "' is no principal of the configuration that governs now");
  if (!signer->Has(Role::Approver))
    return NeedsSignature(changes, "'" + signer->name + "' has not the role approver");
  if (!crypto::Verify(signer->key, statement, signature->value)) {
    return NeedsSignature(
        changes, "the signature is not " + signer->name + "'s over this configuration and the one before it");
  }
  return Done{};
}

/// A configuration that is to follow `governing` (null for none), and who may sign it.
struct Succession {
  Node before, after;
  Authority signers;
  std::vector<std::string> guarded;  ///< What needs a signature.
};

Result<Succession> SuccessionOf(const std::string* governing, Node after) {
  Succession succession{governing ? CAIRN_TRY(Parse(*governing)) : Node(), std::move(after), {}, {}};
  const Authority before = CAIRN_TRY(ReadAuthority(succession.before));
  // Where nobody may approve yet, nobody could sign: such a configuration is followed on trust, as the first
  // one is.
  succession.signers = before.HasApprover() ? before : CAIRN_TRY(ReadAuthority(succession.after));
  if (before.HasApprover()) succession.guarded = GuardedChanges(succession.before, succession.after);
  return succession;
}

Result<std::optional<Configuration>> LastIn(sql::Connection& connection) {
  auto last = CAIRN_TRY(ConfigurationsIn(connection, 1));
  if (last.empty()) return std::optional<Configuration>();
  return std::optional(std::move(last.front()));
}

Result<> Record(sql::Connection& connection, const Configuration& accepted) {
  CAIRN_TRY(InsertConfiguration(connection, accepted));
  Json changed = Json::Array();
  for (const auto& section : accepted.changed) changed.Push(section);
  CAIRN_TRY(metadata::Append(
      connection, accepted.at,
      {"governance.configuration_accepted", "configuration:" + accepted.digest, accepted.by, "",
       Json{{"digest", accepted.digest},
            {"previous", accepted.previous},
            {"changed", changed},
            {"signer", accepted.signer},
            {"signature", accepted.signature}}}));
  return Done{};
}

/// What somebody should know about the configuration that governs now.
Result<std::vector<std::string>> WarningsOn(sql::Connection& connection, const Authority& authority) {
  std::vector<std::string> warnings;
  if (!authority.HasApprover()) {
    warnings.emplace_back(
        "nobody in this configuration has the role approver: nobody can approve a promotion, and anybody can "
        "change roles and gates");
  } else if (authority.approval == Approval::Policy && !CAIRN_TRY(SignedPolicyIn(connection))) {
    warnings.emplace_back(
        "'gates.approval' is policy, but no approver has signed this policy: until one does ('cairn apply "
        "--sign NAME'), people approve");
  }
  return warnings;
}

}  // namespace

std::vector<std::string> GuardedChanges(const Node& before, const Node& after) {
  std::vector<std::string> changes;
  for (const auto path : kGuarded) {
    if (ContentAt(before, path) != ContentAt(after, path)) changes.emplace_back(path);
  }
  // What a data set is and what its contract says, also where a file of its own says it. New ones are free.
  for (const std::string section : {"data", "files"}) {
    const Node *entries = before.Find(section), *entries_after = after.Find(section);
    if (entries == nullptr) continue;
    for (const auto& entry : entries->entries()) {
      const Node* now = entries_after == nullptr ? nullptr : entries_after->Find(entry.key);
      if (now == nullptr || !(now->ToJson() == entry.value.ToJson()))
        changes.push_back(section + "." + entry.key);
    }
  }
  return changes;
}

Json ToJson(const Configuration& configuration) {
  Json changed = Json::Array();
  for (const auto& section : configuration.changed) changed.Push(section);
  return Json{
      {"digest", configuration.digest},     {"at", configuration.at}, {"by", configuration.by},
      {"previous", configuration.previous}, {"changed", changed},     {"signer", configuration.signer}};
}

std::string AcceptanceStatement(const std::string& digest, const std::string& previous) {
  return Json{{"action", "accept_configuration"}, {"digest", digest}, {"previous", previous}}.Canonical();
}

Result<std::optional<Configuration>> AcceptedIn(sql::Connection& connection) { return LastIn(connection); }

Result<Authority> AuthorityIn(sql::Connection& connection) {
  const auto accepted = CAIRN_TRY(LastIn(connection));
  if (!accepted)
    return Error{Reason::Conflict, "no configuration was accepted yet; 'cairn apply' submits cairn.yaml"};
  return ReadAuthority(CAIRN_TRY(Parse(accepted->text)));
}

Result<std::optional<Configuration>> SignedPolicyIn(sql::Connection& connection) {
  auto history = CAIRN_TRY(ConfigurationsIn(connection));
  for (std::size_t i = 0; i < history.size(); ++i) {
    Configuration& one = history[i];
    const std::string* governing = i + 1 < history.size() ? &history[i + 1].text : nullptr;
    const auto succession = CAIRN_TRY(SuccessionOf(governing, CAIRN_TRY(Parse(one.text))));
    if (!one.signer.empty()) {
      const auto statement = AcceptanceStatement(one.digest, one.previous);
      const bool holds =
          bool(CheckSignature(succession.signers, Signature{one.signer, one.signature}, statement, ""));
      return holds ? std::optional(std::move(one)) : std::nullopt;
    }
    if (governing == nullptr || !GuardedChanges(succession.before, succession.after).empty()) break;
  }
  return std::optional<Configuration>();
}

Result<Acceptance> Configurations::Accept(const std::string& text, const std::string& digest,
                                          const std::string& actor,
                                          const std::optional<Signature>& signature) {
  if (crypto::Sha256Hex(text) != digest) {
    return Error{Reason::InvalidArgument,
                 "the configuration's digest is not " + digest + "; it changed on the way, send it again"};
  }
  const Node after = CAIRN_TRY(Parse(text));
  const Authority authority = CAIRN_TRY(ReadAuthority(after));
  CAIRN_TRY(ReadValidity(after));
  CAIRN_TRY(ReadEmergency(after));
  const TimeMs now = clock_.Now();
  auto outcome = database_.Transact([&](sql::Connection& connection) -> Result<Acceptance> {
    Acceptance acceptance;
    const auto governing = CAIRN_TRY(LastIn(connection));
    const bool same = governing && governing->digest == digest;
    if (same && (!signature || !governing->signer.empty())) {
      acceptance.configuration = *governing;
    } else {
      const auto succession = CAIRN_TRY(SuccessionOf(governing ? &governing->text : nullptr, after));
      Configuration accepted{digest,
                             text,
                             now,
                             actor,
                             governing ? governing->digest : "",
                             {},
                             signature ? signature->principal : "",
                             signature ? signature->value : ""};
      accepted.changed = ChangedSections(succession.before, succession.after);
      if (signature || !succession.guarded.empty()) {
        CAIRN_TRY(CheckSignature(succession.signers, signature,
                                 AcceptanceStatement(digest, accepted.previous), Joined(succession.guarded)));
      }
      CAIRN_TRY(Record(connection, accepted));
      acceptance.configuration = std::move(accepted);
      acceptance.changed = !same;
      acceptance.confirmed = same;
    }
    acceptance.warnings = CAIRN_TRY(WarningsOn(connection, authority));
    return acceptance;
  });
  if (outcome) return outcome;
  return Recorded(
      database_, clock_,
      {"accept_configuration", "configuration:" + digest, signature ? signature->principal : actor},
      outcome.error());
}

Result<std::optional<Configuration>> Configurations::Accepted() const {
  return database_.Read([](sql::Connection& connection) { return LastIn(connection); });
}

Result<std::vector<Configuration>> Configurations::History() const {
  return database_.Read([](sql::Connection& connection) { return ConfigurationsIn(connection); });
}

Result<Configuration> Configurations::Find(const std::string& digest) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Configuration> {
    auto found = CAIRN_TRY(ConfigurationsIn(connection, 1, digest));
    if (found.empty())
      return Error{Reason::NotFound, "no accepted configuration has the digest '" + digest + "'"};
    return std::move(found.front());
  });
}

}  // namespace cairn::governance
