#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/roles.h"

namespace cairn::governance {

/// A principal's signature over a statement, in base64.
struct Signature {
  std::string principal;
  std::string value;
  std::string delegation{};  ///< Under which it is given for somebody else (delegation.h); "" for oneself.
};

/// A configuration (the text of cairn.yaml) that was accepted.
struct Configuration {
  std::string digest;  ///< SHA-256 of the text.
  std::string text;
  TimeMs at = 0;
  std::string by;
  std::string previous;              ///< Digest of the one before; "" for the first.
  std::vector<std::string> changed;  ///< Top-level sections that differ from the one before.
  std::string signer;                ///< The approver who signed it; "" when nobody did.
  std::string signature;             ///< Over AcceptanceStatement, in base64; "" when nobody signed.
};
/// Without text and signature.
Json ToJson(const Configuration& configuration);

struct Acceptance {
  Configuration configuration;
  bool changed = false;    ///< False when exactly this text governs already.
  bool confirmed = false;  ///< That text, which nobody had signed, is signed now; else nothing was recorded.
  std::vector<std::string> warnings;
};

/// What an approver signs to let the configuration with this digest follow the one that governs now:
/// canonical JSON of
/// {"action": "accept_configuration", "digest", "previous"}. Naming the one before keeps an old signature
/// from being used again.
std::string AcceptanceStatement(const std::string& digest, const std::string& previous);

/// What only an approver of the configuration that governs may change, as dotted paths: `roles`, `gates`,
/// `governance`, `model`, `charter.risk`, `.signatures`, `.kpis`, `.success`, `.cost` and `.heuristic`,
/// `serving.canary`, `serving.worker.code` and `.python`, and `data.<name>` of every data set that was there.
/// Gives those in which the two differ. What a gate is judged on, and what is done with its verdict, is among
/// them; monitors and triggers are not: they begin work, and what comes of it meets the gates.
std::vector<std::string> GuardedChanges(const Node& before, const Node& after);

/// The last accepted configuration, in the caller's transaction.
Result<std::optional<Configuration>> AcceptedIn(sql::Connection& connection);
/// The configuration with which an approver signed what is guarded in the one that governs: that one itself,
/// or the last signed one before it when only unguarded parts changed since. The signature is verified anew.
/// None when what is guarded was taken on trust.
Result<std::optional<Configuration>> SignedPolicyIn(sql::Connection& connection);
/// What it says about who may allow what. Conflict when none was accepted.
Result<Authority> AuthorityIn(sql::Connection& connection);

/// The configurations that were accepted; the last of them governs. Safe from any thread.
class Configurations {
 public:
  /// Both must outlive it.
  Configurations(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Accepts `text`, whose SHA-256 must be `digest` (InvalidArgument otherwise, and for errors in the
  /// sections that this room reads). The first is taken on trust, and so is what follows one in which nobody
  /// may approve (that gives a warning). Later ones that change what is guarded (GuardedChanges) need the
  /// signature of an approver of the one that governs, over AcceptanceStatement: Denied otherwise, saying
  /// how. A signature that was not needed is verified and kept all the same (where nobody could approve
  /// before, by the principals of `text` itself): with it, the first, or the one that governs already,
  /// becomes a policy under which gates may approve. Event "governance.configuration_accepted", subject
  /// "configuration:<digest>", body {digest, previous, changed, signer, signature}; what is refused leaves
  /// one too (refusal.h).
  Result<Acceptance> Accept(const std::string& text, const std::string& digest, const std::string& actor,
                            const std::optional<Signature>& signature = std::nullopt);

  Result<std::optional<Configuration>> Accepted() const;
  /// Newest first.
  Result<std::vector<Configuration>> History() const;
  /// NotFound when no accepted configuration has this digest.
  Result<Configuration> Find(const std::string& digest) const;

 private:
  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::governance
