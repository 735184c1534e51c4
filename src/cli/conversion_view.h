#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// What the proof of a conversion says (conversion::ProofOf), in one sentence.
std::string ConversionSentence(const Json& proof);

std::vector<Command> ConvertCommands();  ///< model convert

}  // namespace cairn::cli
