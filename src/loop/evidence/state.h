#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "ledger/metadata/log.h"

/// What was so at a moment, read off the log and the configurations that were accepted, never off what is so
/// now.
namespace cairn::evidence {

/// One thing that was so.
struct Fact {
  std::string value;  ///< Of a digest, a version, a list of roles: as text.
  TimeMs since = 0;
  std::string event;  ///< Which made it so; of what a configuration says, the one that accepted it.
  std::string actor;
};
/// Facts by what they are about: {kind, name}. Kinds: policy (which configuration governed), risk, approval,
/// section (the digest of what a section of it said), gate, principal (roles and key), model (its versions),
/// pointer (MODEL@ALIAS), dataset (its newest version), data alias, use case (worked on), charter signature,
/// delegation (in force), hold, trigger (paused).
using State = std::map<std::pair<std::string, std::string>, Fact>;

Result<State> StateAt(sql::Database& database, const governance::Configurations& configurations, TimeMs at);
/// The same for who knows already which aliases stood then (Log::ProductionAt of any alias).
Result<State> StateAt(sql::Database& database, const governance::Configurations& configurations, TimeMs at,
                      const std::vector<metadata::AliasMove>& standing);

/// [{"kind", "name", "value", "since_ms", "event", "actor"}]
Json ToJson(const State& state);
/// What differs: [{"kind", "name", "before", "after", "at_ms", "event", "actor"}]; "" where it was not there.
Json Difference(const State& before, const State& after);

}  // namespace cairn::evidence
