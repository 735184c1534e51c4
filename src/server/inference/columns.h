#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// One input of a request: its elements in order.
struct GivenTensor {
  std::string name;
  runtime::DataType type = runtime::DataType::Fp32;
  std::vector<std::int64_t> shape;
  serving::Values elements;
};

/// Adds the input to the question's columns: a column as [N] or [N,1], or the whole matrix [N,F] of a model
/// that takes one. InvalidArgument when its type is not the model's, its shape is neither, or its rows are
/// not as many as the others'.
Result<> AddColumns(serving::Question& question, const serving::Offer& offer, GivenTensor tensor);

}  // namespace cairn::inference
