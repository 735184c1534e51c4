#pragma once

#include <vector>

#include "cli/command.h"
#include "cli/session.h"

/// How well the work goes, and what of its intentions runs.
namespace cairn::cli {

std::vector<Command> StandingCommands();  ///< metrics, level, principles, doctor
std::vector<Command> CanvasCommands();    ///< canvas …, stack
std::vector<Command> GovernCommands();    ///< govern profile, risks

/// "e4… registry.alias_moved" of what an answer cites, or "".
std::string Cited(const Json& evidence);

/// What an answer found that somebody must see to, one line each.
void SayFindings(const Session& session, const Json& answer);

}  // namespace cairn::cli
