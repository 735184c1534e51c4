#pragma once

#include <vector>

#include "cli/command.h"

namespace cairn::cli {

std::vector<Command> EvidenceCommands();  ///< evidence bundle, export, verify
std::vector<Command> DocsCommands();      ///< docs model-card, datasheet, instructions, annex-iv, verify

}  // namespace cairn::cli
