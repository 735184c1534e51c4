#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"
#include "server/inference/grpc/open_inference.pb.h"

/// The typed contents of the protocol's gRPC form, and the bytes that its binary form lays for the same
/// elements (tensor_bytes.h).
namespace cairn::inference {

namespace oip = ::inference;

/// The bytes of an input's contents; those of an unknown data-type are none. InvalidArgument when they lie in
/// another field than the data-type's, or hold a value that it cannot; for FP16 and BF16, which have no
/// field.
Result<std::string> BytesOf(const oip::ModelInferRequest::InferInputTensor& input);

/// The reverse, of bytes that are whole. False, and nothing is put, for FP16 and BF16.
bool PutContents(runtime::DataType type, std::string_view bytes, oip::InferTensorContents& contents);

}  // namespace cairn::inference
