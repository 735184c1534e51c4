#pragma once

#include <string_view>

namespace cairn::runtime::worker {

/// The text of worker.py.
extern const std::string_view kProgram;

}  // namespace cairn::runtime::worker
