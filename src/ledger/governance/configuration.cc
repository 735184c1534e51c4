#include "ledger/governance/configuration.h"

#include <algorithm>
#include <array>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/document.h"
#include "ledger/governance/store/configuration_table.h"
#include "ledger/metadata/event.h"

namespace cairn::governance {
namespace {

constexpr std::array<std::string_view, 4> kGuarded = {"roles", "gates", "charter.risk", "model.name"};

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

/// The guarded parts in which the two differ, for a message: "roles, gates".
std::string GuardedChanges(const Node& before, const Node& after) {
  std::string changes;
  for (const auto path : kGuarded) {
    if (ContentAt(before, path) != ContentAt(after, path))
      changes += (changes.empty() ? "" : ", ") + std::string(path);
  }
  return changes;
}

Error NeedsSignature(const std::string& changes, const std::string& why) {
  return {
      Reason::Denied,
      "this configuration changes " + changes + ", which is a decision: " + why +
          ". An approver of the configuration that governs now can accept it with 'cairn apply --sign NAME'"};
}

/// Whether the signature lets a configuration with guarded changes follow the one that governs.
Result<> CheckSignature(const Authority& governing, const std::optional<Signature>& signature,
                        const std::string& statement, const std::string& changes) {
  if (!signature) return NeedsSignature(changes, "it carries no signature");
  const Principal* signer = governing.Find(signature->principal);
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

Result<std::optional<Configuration>> LastIn(sql::Connection& connection) {
  auto last = CAIRN_TRY(ConfigurationsIn(connection, 1));
  if (last.empty()) return std::optional<Configuration>();
  return std::optional(std::move(last.front()));
}

Result<> Record(sql::Connection& connection, const Configuration& accepted, const std::string& signature) {
  CAIRN_TRY(InsertConfiguration(connection, accepted, signature));
  Json changed = Json::Array();
  for (const auto& section : accepted.changed) changed.Push(section);
  CAIRN_TRY(metadata::Append(
      connection, accepted.at,
      {"governance.configuration_accepted", "configuration:" + accepted.digest, accepted.by, "",
       Json{{"digest", accepted.digest},
            {"previous", accepted.previous},
            {"changed", changed},
            {"signer", accepted.signer},
            {"signature", signature}}}));
  return Done{};
}

}  // namespace

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

Result<Acceptance> Configurations::Accept(const std::string& text, const std::string& digest,
                                          const std::string& actor,
                                          const std::optional<Signature>& signature) {
  if (crypto::Sha256Hex(text) != digest) {
    return Error{Reason::InvalidArgument,
                 "the configuration's digest is not " + digest + "; it changed on the way, send it again"};
  }
  const Node after = CAIRN_TRY(Parse(text));
  const Authority authority = CAIRN_TRY(ReadAuthority(after));
  const TimeMs now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Acceptance> {
    Acceptance acceptance;
    if (!authority.HasApprover()) {
      acceptance.warnings.emplace_back(
          "nobody in this configuration has the role approver: nobody can approve a promotion, and anybody "
          "can change roles and gates");
    }
    const auto governing = CAIRN_TRY(LastIn(connection));
    if (governing && governing->digest == digest) {
      acceptance.configuration = *governing;
      return acceptance;
    }
    const Node before = governing ? CAIRN_TRY(Parse(governing->text)) : Node();
    Configuration accepted{
        digest, text, now, actor, governing ? governing->digest : "", ChangedSections(before, after), ""};
    const Authority before_authority = CAIRN_TRY(ReadAuthority(before));
    // Where nobody may approve yet, nobody could sign: such a configuration is followed on trust, as the
    // first one is.
    const std::string guarded = before_authority.HasApprover() ? GuardedChanges(before, after) : "";
    if (!guarded.empty()) {
      CAIRN_TRY(CheckSignature(before_authority, signature, AcceptanceStatement(digest, accepted.previous),
                               guarded));
      accepted.signer = signature->principal;
    }
    CAIRN_TRY(Record(connection, accepted, guarded.empty() ? "" : signature->value));
    acceptance.configuration = std::move(accepted);
    acceptance.changed = true;
    return acceptance;
  });
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
