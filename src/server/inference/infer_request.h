#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/http/message.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/service.h"

/// What a request to infer holds, in each of its forms: JSON; JSON with the bytes of tensors behind it; and
/// bare bytes.
namespace cairn::inference {

/// Tells the length of the JSON part of a body; 0 for a body that is nothing but one tensor's bytes.
inline constexpr std::string_view kJsonLength = "Inference-Header-Content-Length";

/// An output that was asked for, and in which form.
struct Wanted {
  std::string name;
  bool binary = false;
};

struct InferRequest {
  serving::Question question;
  std::vector<Wanted> wanted;
};

/// InvalidArgument that names what is wrong; TooLarge for more elements, or more bytes behind a
/// Content-Encoding (gzip, deflate), than a request may hold; Unsupported for another encoding. Without
/// "outputs" all are wanted. A body of bare bytes is for a model with one input: as many rows as there are
/// bytes for (for BYTES: one row, all of them); its outputs come back binary.
Result<InferRequest> ReadInferRequest(const http::Request& request, const serving::Offer& offer);

}  // namespace cairn::inference
