#pragma once

#include "ground/http/message.h"
#include "loop/runtime/tensor.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// The outputs of an answer. Those of the heuristic and of a default have the form of the model that it
/// stands in for: scores in the probabilities' place ([1-s, s]) and the label they give at 0.5; without a
/// model, "label" and "probabilities" as scikit-learn's classifiers have them. They lie in `answer`.
const runtime::Batch& OutputsOf(serving::Answer& answer, const serving::Offer& offer);

/// Makes one element the value, as C++ converts it to the tensor's type; a text "1", or "0" for 0.
void Put(runtime::Tensor& tensor, std::size_t at, double value);

/// X-Cairn-Prediction-Id, X-Cairn-Model-Version, X-Cairn-Arm; of a fallback X-Cairn-Fallback.
void NameAnswer(http::Response& response, const serving::Answer& answer);

/// The one place where these doors read a Reason.
int StatusOf(Reason reason);

}  // namespace cairn::inference
