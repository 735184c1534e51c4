#pragma once

#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// The engine's complaint as one sentence with its Reason: without its heading, advice, caret lines, and
/// without the whole line of a file.
Error Failure(std::string_view message);

}  // namespace cairn::tables
