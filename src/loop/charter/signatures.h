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

namespace cairn::charter {

/// Who must sign a charter, and for how long a signature counts:
///   charter: {signatures: {required: [ada, grace], valid: 180d}}
struct Signing {
  std::vector<std::string> required;  ///< Principals without whose signature nothing trains.
  std::string valid;                  ///< "" for ever.
};
/// InvalidArgument with the place for another key, or what is no duration.
Result<Signing> ReadSigning(const Node& configuration);

/// What a charter says: SHA-256 of the canonical JSON of the section `charter`. Comments, order and the rest
/// of the configuration do not change it; any other edit does, and voids the signatures.
std::string ContentDigest(const Node& configuration);
/// What one signs: canonical JSON of {"action": "sign_charter", "charter": digest}.
std::string SigningStatement(const std::string& digest);

/// Who has signed the charter that governs.
struct Standing {
  std::string digest;  ///< "" before a configuration was accepted.
  struct Signed {
    std::string principal;
    TimeMs at = 0;
    std::string lapsed;  ///< Why it counts no more; "" while it does.
  };
  std::vector<Signed> signatures;    ///< Over this digest, in order.
  std::vector<std::string> missing;  ///< Of charter.signatures.required.

  Json ToJson() const;
};

/// Signatures over the charter, kept as events alone: "charter.signed" {charter, principal, key, signature},
/// subject "charter:<digest>". A signature counts while the charter says the same, its signer is a principal
/// with the same key, and `charter.signatures.valid` (none: for ever) has not passed. Safe from any thread.
class Signatures {
 public:
  /// Both must outlive it.
  Signatures(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Conflict before a configuration was accepted. Denied: no principal of it, or a signature that is not
  /// theirs over the charter that governs. AlreadyExists while one of theirs counts. What is
  /// refused leaves an event (governance/refusal.h).
  Result<> Sign(const governance::Signature& signature);
  Result<Standing> Now() const;
  /// Denied, naming who has not signed, while charter.signatures.required asks for somebody who has not.
  Result<> AllowTraining() const;

 private:
  Result<> SignOnce(const governance::Signature& signature);

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::charter
