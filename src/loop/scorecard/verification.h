#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/decision.h"
#include "ledger/metadata/log.h"
#include "loop/scorecard/test_score.h"

namespace cairn::scorecard {

/// What is needed to do cited checks again; all must outlive the call.
struct Proving {
  const metadata::Log& log;
  const governance::Decisions& decisions;
  /// Holds the file of a "data.contract_checked" event (its body and time) against the contract again:
  /// whether it passes. None when another contract governs now than the one it was held against then; may be
  /// empty.
  std::function<Result<std::optional<bool>>(const Moment&)> contract;
};

/// Does again what the score cites, of one test or ("") of all, each event once:
///   record     the event is recomputed from its row and proven to be in the tree of the last signed head
///   signature  of tests done by hand, of acknowledgements and of approvals, over what is on record
///   repeat     a contract held against the same bytes again
/// {"held": bool, "counts": {"held", "differs", "not_repeated"}, "items": [{"event", "kind", "tests": [ids],
/// "check", "outcome": held|differs|not repeated, "sentence"}]}. What cannot be done again (sealed rows would
/// have to be opened, live traffic is over) is "not repeated" and says why; `held` is whether nothing
/// differs. NotFound for an unknown test.
Result<Json> Verify(const TestScore& score, const Proving& proving, std::string_view test = "");

}  // namespace cairn::scorecard
