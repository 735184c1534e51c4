#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::runtime::onnx {

/// What a file says about itself, found by walking its protobuf form without building it.
struct Inspection {
  std::int64_t ir_version = 0;
  std::int64_t nodes = 0;
  std::set<std::string> domains;         ///< Of operator sets imported and of nodes; ONNX's own is "".
  std::set<std::string> external_files;  ///< Where it looks for tensors that it does not hold.
};

/// Corrupt when `bytes` is not a whole ONNX model (a protobuf message with a version, a graph and operator
/// sets).
Result<Inspection> Inspect(std::string_view bytes);

}  // namespace cairn::runtime::onnx
