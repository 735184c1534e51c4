#pragma once

#include <optional>

#include "loop/pipeline/runner.h"
#include "server/cairn/answer.h"

namespace cairn::api {

/// The run of the pipeline in whose stage the caller works, as the header X-Cairn-Run says (the commands send
/// what stands in CAIRN_PIPELINE_RUN). It is a claim, held against the records: none for a run that is not
/// under way in this store, and none without the header or where `runner` is null.
Result<std::optional<pipeline::RunRecord>> RunOfCaller(pipeline::Runner* runner, const Call& call);

}  // namespace cairn::api
