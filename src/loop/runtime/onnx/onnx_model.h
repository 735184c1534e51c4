#pragma once

#include <string>
#include <string_view>

#include "loop/runtime/model.h"

namespace cairn::runtime::onnx {

/// Whether there is a folder beside the bytes that may hold more of the model.
enum class Origin { File, Memory };

/// The errors of Model::Load. With Origin::File, `name` is the path the bytes were read from.
Result<std::shared_ptr<const Model>> Load(std::string_view bytes, const std::string& name, Origin origin,
                                          const Model::Options& options);

}  // namespace cairn::runtime::onnx
