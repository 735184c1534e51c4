#pragma once

#include <vector>

#include "ledger/governance/decision.h"
#include "loop/rollout/rollout.h"
#include "loop/rollout/setting.h"

namespace cairn::rollout {

/// A candidate with all that was measured about it.
struct Candidate {
  Json report;
  std::vector<governance::Rule> rules;
  Json value;             ///< Of the primary metric; null when it could not be examined.
  std::string developer;  ///< Who made it.
};

/// Loads the rollout's version, and the one in production, verified against their manifests, and scores both
/// and the heuristic on the sealed rows of the newest data set version; the opening of the seal is on record.
/// A version that cannot be served here is judged without opening it. Errors are about the surroundings (no
/// data set version, nothing sealed, no runtime), never about the candidate.
Result<Candidate> ExamineCandidate(const Rollouts::Rooms& rooms, const Setting& setting,
                                   const Rollout& rollout);

/// SHA-256 of a report, as a decision sees it.
std::string DigestOf(const Json& report);

}  // namespace cairn::rollout
