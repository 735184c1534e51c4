#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/roles.h"

namespace cairn::governance {

/// A principal's signature over a statement, in base64.
struct Signature {
  std::string principal;
  std::string value;
};

/// A configuration (the text of cairn.yaml) that was accepted.
struct Configuration {
  std::string digest;  ///< SHA-256 of the text.
  std::string text;
  TimeMs at = 0;
  std::string by;
  std::string previous;              ///< Digest of the one before; "" for the first.
  std::vector<std::string> changed;  ///< Top-level sections that differ from the one before.
  std::string signer;                ///< "" where no signature was needed.
};
/// Without the text.
Json ToJson(const Configuration& configuration);

struct Acceptance {
  Configuration configuration;
  bool changed = false;  ///< False when exactly this text governs already; nothing was recorded then.
  std::vector<std::string> warnings;
};

/// What an approver signs to let the configuration with this digest follow the one that governs now:
/// canonical JSON of
/// {"action": "accept_configuration", "digest", "previous"}. Naming the one before keeps an old signature
/// from being used again.
std::string AcceptanceStatement(const std::string& digest, const std::string& previous);

/// The last accepted configuration, in the caller's transaction.
Result<std::optional<Configuration>> AcceptedIn(sql::Connection& connection);
/// What it says about who may allow what. Conflict when none was accepted.
Result<Authority> AuthorityIn(sql::Connection& connection);

/// The configurations that were accepted; the last of them governs. Safe from any thread.
class Configurations {
 public:
  /// Both must outlive it.
  Configurations(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Accepts `text`, whose SHA-256 must be `digest` (InvalidArgument otherwise, and for errors in the
  /// sections that this room reads). The first is taken on trust, and so is what follows one in which nobody
  /// may approve (that gives a warning). Later ones that change what is guarded (`roles`, `gates`,
  /// `charter.risk`, `model.name`) need the signature of an approver of the one that governs, over
  /// AcceptanceStatement: Denied otherwise, saying how. Event "governance.configuration_accepted", subject
  /// "configuration:<digest>", body {digest, previous, changed, signer, signature}.
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
