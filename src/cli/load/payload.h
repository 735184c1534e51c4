#pragma once

#include <cstddef>
#include <string>

#include "ground/fetch/incoming.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli::load {

/// What a load sends.
struct Payload {
  std::string body;
  fetch::Fields headers;
};

/// A request to infer that the model takes: rows alike, of values that the contract allows where the model's
/// document tells (the first of a list, the middle of a range, a text as long as must be; a pattern is not
/// followed). `metadata` is what GET /v2/models/{model} answers, `document` its openapi.json or null.
/// Unsupported for a tensor that is no column of values.
Result<Payload> PayloadFor(const Json& metadata, const Json& document, std::int64_t rows, bool binary);

}  // namespace cairn::cli::load
