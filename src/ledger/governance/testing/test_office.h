#pragma once

#include <map>
#include <optional>
#include <string>

#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/schema.h"
#include "ledger/metadata/testing/test_ledger.h"

namespace cairn::governance::testing {

using metadata::testing::Must;

/// A ledger with people who have keys, and a configuration written about them.
class TestOffice {
 public:
  explicit TestOffice(const std::string& engine) : ledger(engine, &Schema()) {}

  const crypto::SigningKey& Key(const std::string& name) {
    return keys_.try_emplace(name, crypto::SigningKey::Generate()).first->second;
  }
  Signature Sign(const std::string& name, const std::string& statement) {
    return {name, Key(name).Sign(statement)};
  }

  /// ada develops; grace and linus approve; vera validates.
  std::string Text(const std::string& approval = "human", const std::string& risk = "limited",
                   const std::string& more = "") {
    return "project: delays\ncharter:\n  risk: " + risk + "\nroles:\n  principals:\n" +
           Person("ada", "developer") + Person("grace", "approver") + Person("linus", "approver, developer") +
           Person("vera", "validator") + "gates:\n  approval: " + approval + "\n" + more;
  }
  std::string Person(const std::string& name, const std::string& roles) {
    return "    - {name: " + name + ", key: \"" + Key(name).PublicKey() + "\", roles: [" + roles + "]}\n";
  }
  Result<Acceptance> Accept(const std::string& text,
                            const std::optional<Signature>& signature = std::nullopt) {
    return configurations.Accept(text, crypto::Sha256Hex(text), "ada", signature);
  }
  /// With grace's signature.
  Acceptance AcceptSigned(const std::string& text) {
    const auto governing = Must(configurations.Accepted());
    const std::string previous = governing ? governing->digest : "";
    return Must(Accept(text, Sign("grace", AcceptanceStatement(crypto::Sha256Hex(text), previous))));
  }
  std::vector<metadata::LoggedEvent> Events(const std::string& kind) {
    return Must(metadata::Log(ledger.database()).Read({.kind = kind}));
  }

  metadata::testing::TestLedger ledger;
  Configurations configurations{ledger.database(), ledger.clock()};
  Decisions decisions{ledger.database(), ledger.clock()};

 private:
  std::map<std::string, crypto::SigningKey> keys_;
};

}  // namespace cairn::governance::testing
