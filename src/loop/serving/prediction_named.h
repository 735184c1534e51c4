#pragma once

#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/serving/prediction_log.h"

namespace cairn::serving {

/// What the log holds under a request's id, or under a row's, "<request id>.<row>", oldest first: more than
/// one where a shadow spoke too, or where callers gave an id twice. Reads the whole log, a second or two a
/// million records. NotFound without any.
Result<std::vector<Prediction>> PredictionsNamed(const PredictionLog& log, std::string_view id);

/// {"id", "at_ms", "model", "version", "arm", "rows", "inputs", "outputs", "latency_us", "caller",
/// "trace_id", "failure", "share"}; inputs are lists by column.
Json ToJson(const Prediction& prediction);

}  // namespace cairn::serving
