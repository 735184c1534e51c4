#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/serving/prediction_log.h"
#include "loop/serving/service.h"
#include "loop/serving/traffic/canary.h"

namespace cairn::serving {

/// What a canary awaits labels for, found again after a restart: the requests that stand in the log from
/// `record.log_from` on and were drawn for it, or that `version` answered as a shadow, but for those whose
/// chosen row has a label by now. Those labels were counted while it ran, or are lost to it; none counts
/// twice. Of a log that keeps a share, what it kept. Nothing without a place to begin at.
Result<Awaited> Recollect(const PredictionLog& log, const CanaryRecord& record, const std::string& model,
                          std::int64_t version, const LabelledAmong& labelled);

}  // namespace cairn::serving
