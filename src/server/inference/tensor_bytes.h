#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"
#include "loop/serving/request_values.h"

/// Tensors as the protocol's binary extension lays them after the JSON: little-endian, row by row; a text is
/// its length in 32 bits and then its bytes.
namespace cairn::inference {

/// InvalidArgument when `bytes` is not exactly what the shape needs. Numbers stay numbers.
Result<serving::Values> ReadBinary(const std::string& name, runtime::DataType type,
                                   const std::vector<std::int64_t>& shape, std::string_view bytes);
std::string WriteBinary(const runtime::Tensor& tensor);

}  // namespace cairn::inference
