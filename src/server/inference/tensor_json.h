#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"

/// Tensors as the protocol writes them in JSON.
namespace cairn::inference {

/// "[-1,10]" as a JSON array.
Json ShapeJson(const std::vector<std::int64_t>& shape);
/// A shape of whole numbers that are not negative; InvalidArgument naming the tensor otherwise.
Result<std::vector<std::int64_t>> ReadShape(const std::string& name, const Json& shape);

/// The elements of `data`, flat or nested, in order. InvalidArgument when there are more or fewer than the
/// shape says, or one is not of the type.
Result<std::vector<Json>> ReadElements(const std::string& name, runtime::DataType type,
                                       const std::vector<std::int64_t>& shape, const Json& data);

/// Writes the elements as a flat JSON array.
void WriteElements(std::string& out, const runtime::Tensor& tensor);
/// Writes them nested by the shape: [[0.1,0.9],[0.3,0.7]].
void WriteNested(std::string& out, const runtime::Tensor& tensor);
/// One element as JSON.
void WriteElement(std::string& out, const runtime::Tensor& tensor, std::size_t index);

}  // namespace cairn::inference
