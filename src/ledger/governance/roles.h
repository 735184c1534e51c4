#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::governance {

enum class Role { Developer, Validator, Approver, Operator, Auditor };
/// "developer", as it stands in the configuration.
const char* NameOf(Role role);
/// None when there is no such role.
std::optional<Role> RoleNamed(std::string_view word);

struct Principal {
  std::string name;
  std::string key;  ///< Ed25519 public key, base64.
  std::vector<Role> roles;
  bool Has(Role role) const;
};

/// Who may approve: a person, or the gates alone.
enum class Approval { Human, Policy };
enum class Risk { Minimal, Limited, High, Unacceptable };
const char* NameOf(Risk risk);

/// What a configuration says about who may allow what.
struct Authority {
  std::vector<Principal> principals;
  Approval approval = Approval::Human;
  Risk risk = Risk::Limited;

  /// Null when there is no such principal.
  const Principal* Find(std::string_view name) const;
  bool HasApprover() const;
  /// How many approvers a decision needs: two where the risk is high.
  int RequiredApprovals() const { return risk == Risk::High ? 2 : 1; }
};

/// Reads `roles:`, `gates.approval` and `charter.risk`:
///   roles: {principals: [{name, key, roles: [developer|validator|approver|operator|auditor]}]}
/// All are optional: nobody, human and limited. InvalidArgument with place: an unknown key or word (and the
/// nearest known one), a name or key that two principals share, a key that is none.
Result<Authority> ReadAuthority(const Node& configuration);

}  // namespace cairn::governance
