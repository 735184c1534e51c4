#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "ledger/metadata/log.h"

/// Who had a hand in a thing, and why it is as it is.
namespace cairn::evidence {

/// The events that a thing's being there rests on, in order: those about itself, and of those the decision,
/// the pipeline run, the rollout and the configuration that they name, and the story (the alert, the trigger)
/// that they follow from. `thing` is a name as lineage has it (metadata/lineage.h): "model:delay/3",
/// "alias:delay@production", "decision:…", "dataset:flights@7", "pipeline_run:…", "run:…".
/// NotFound when no event speaks of it.
Result<std::vector<metadata::LoggedEvent>> AccountOf(const metadata::Log& log, const std::string& thing);

/// {"thing", "items": [{event…, "sentence"}], "rules": [{"name", "passed", "value", "bound", "detail"}] of
/// the newest decision in it, "people": [{"name", "signed" (whether by a signature, and not by a claim
/// alone), "did": [kinds], "roles" (that they had when they did it last), "first_ms", "last_ms"}]}
Result<Json> ToJson(const std::string& thing, const std::vector<metadata::LoggedEvent>& account,
                    const governance::Configurations& configurations);

}  // namespace cairn::evidence
