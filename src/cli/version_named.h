#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "cli/session.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// Model and number of what "late-arrival@production" or "late-arrival@3" names. InvalidArgument for another
/// form; NotFound when the model has no such alias.
Result<std::pair<std::string, std::int64_t>> ReadVersion(Session& session, const std::string& text);

}  // namespace cairn::cli
