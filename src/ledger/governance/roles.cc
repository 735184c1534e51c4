#include "ledger/governance/roles.h"

#include <algorithm>
#include <array>
#include <span>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"

namespace cairn::governance {
namespace {

constexpr std::array<std::string_view, 5> kRoles = {"developer", "validator", "approver", "operator",
                                                    "auditor"};
constexpr std::array<std::string_view, 2> kApprovals = {"human", "policy"};
constexpr std::array<std::string_view, 4> kRisks = {"minimal", "limited", "high", "unacceptable"};

Error At(const Node& node, const std::string& message) {
  return {Reason::InvalidArgument, node.Where() + ": " + message};
}

/// The index of a scalar's text among `words`.
Result<std::size_t> WordOf(const Node& node, std::span<const std::string_view> words,
                           const std::string& what) {
  const auto found = node.IsScalar() ? std::find(words.begin(), words.end(), node.text()) : words.end();
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  return At(node, "'" + node.text() + "' is no " + what + "; choose among " + list + "." +
                      Suggestion(node.text(), words));
}

Result<std::string> TextUnder(const Node& map, const char* key) {
  const Node* node = map.Find(key);
  if (node == nullptr || !node->IsScalar() || node->text().empty())
    return At(map, std::string("a principal needs a '") + key + "'");
  return node->text();
}

Result<Principal> ReadPrincipal(const Node& node) {
  if (!node.IsMap()) return At(node, "a principal is a map of name, key and roles");
  CAIRN_TRY(node.OnlyKeys({"name", "key", "roles"}));
  Principal principal;
  principal.name = CAIRN_TRY(TextUnder(node, "name"));
  principal.key = CAIRN_TRY(TextUnder(node, "key"));
  if (!crypto::IsPublicKey(principal.key)) {
    return At(*node.Find("key"), "the key of '" + principal.name +
                                     "' is not an Ed25519 public key in base64; 'cairn id new " +
                                     principal.name + "' makes one");
  }
  const Node* roles = node.Find("roles");
  if (roles == nullptr || !roles->IsList()) return At(node, "'" + principal.name + "' needs a list of roles");
  for (const auto& role : roles->items()) {
    principal.roles.push_back(static_cast<Role>(CAIRN_TRY(WordOf(role, kRoles, "role"))));
  }
  return principal;
}

Result<std::vector<Principal>> ReadPrincipals(const Node& roles) {
  std::vector<Principal> principals;
  if (roles.IsNull()) return principals;
  if (!roles.IsMap()) return At(roles, "'roles' is a map with the key 'principals'");
  CAIRN_TRY(roles.OnlyKeys({"principals"}));
  const Node* list = roles.Find("principals");
  if (list == nullptr || list->IsNull()) return principals;
  if (!list->IsList()) return At(*list, "'principals' is a list");
  for (const auto& node : list->items()) {
    auto principal = CAIRN_TRY(ReadPrincipal(node));
    for (const auto& other : principals) {
      if (other.name == principal.name)
        return At(node, "the name '" + other.name + "' belongs to another principal already");
      // One person under two names could approve their own work.
      if (other.key == principal.key)
        return At(node,
                  "'" + principal.name + "' has the same key as '" + other.name + "'; each needs their own");
    }
    principals.push_back(std::move(principal));
  }
  return principals;
}

}  // namespace

const char* NameOf(Role role) { return kRoles[static_cast<std::size_t>(role)].data(); }
std::optional<Role> RoleNamed(std::string_view word) {
  const auto found = std::find(kRoles.begin(), kRoles.end(), word);
  if (found == kRoles.end()) return std::nullopt;
  return static_cast<Role>(found - kRoles.begin());
}
const char* NameOf(Risk risk) { return kRisks[static_cast<std::size_t>(risk)].data(); }

bool Principal::Has(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

const Principal* Authority::Find(std::string_view name) const {
  const auto found =
      std::find_if(principals.begin(), principals.end(), [&](const Principal& p) { return p.name == name; });
  return found == principals.end() ? nullptr : &*found;
}

bool Authority::HasApprover() const {
  return std::any_of(principals.begin(), principals.end(),
                     [](const Principal& p) { return p.Has(Role::Approver); });
}

Result<Authority> ReadAuthority(const Node& configuration) {
  Authority authority;
  if (const Node* roles = configuration.Find("roles"))
    authority.principals = CAIRN_TRY(ReadPrincipals(*roles));
  if (const Node* approval = configuration.FindPath("gates.approval")) {
    authority.approval = static_cast<Approval>(CAIRN_TRY(WordOf(*approval, kApprovals, "way of approval")));
  }
  if (const Node* risk = configuration.FindPath("charter.risk")) {
    authority.risk = static_cast<Risk>(CAIRN_TRY(WordOf(*risk, kRisks, "risk class")));
  }
  return authority;
}

}  // namespace cairn::governance
