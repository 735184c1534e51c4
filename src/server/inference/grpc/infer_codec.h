#pragma once

#include "ground/http/message.h"
#include "ground/vocabulary/result.h"
#include "server/inference/grpc/open_inference.pb.h"

/// ModelInfer as the REST form of the same request, JSON with the tensors' bytes behind it: what it means,
/// and each sentence that refuses it, is decided in one place
/// (docs/decisions/0065-grpc-is-a-door-to-rest.md).
namespace cairn::inference {

namespace oip = ::inference;

/// "/v2/models/NAME" or "/v2/models/NAME/versions/VERSION", with escapes. NotFound for a name that is empty,
/// for which no path is.
Result<std::string> PathOfModel(const std::string& name, const std::string& version);

/// The request to infer. All outputs are asked for as bytes. `within_us` is what is left to the call's
/// deadline, and becomes the parameter `timeout` (or the caller's own stays, when it is shorter); 0: there is
/// none. InvalidArgument when raw and typed contents are
/// mixed, when there are not as many raw ones as inputs, and when a tensor does not hold as many elements as
/// its shape says; else what BytesOf gives.
Result<http::Request> RestOf(const oip::ModelInferRequest& request, std::int64_t within_us = 0);

/// Puts an answer of 200 into `response`: outputs as typed contents where the request had them, unless one
/// has a type that has none; raw otherwise. Corrupt when it is not what RestOf asked for.
Result<> Put(const http::Response& answer, const oip::ModelInferRequest& request,
             oip::ModelInferResponse& response);

}  // namespace cairn::inference
