#pragma once

#include "cli/command.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// {"text", "file"} of the FILE that was named, or of cairn.yaml. InvalidArgument when it is no text.
Result<Json> ReadConfiguration(const Arguments& arguments);

}  // namespace cairn::cli
