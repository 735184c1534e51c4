#pragma once

#include <string>
#include <string_view>

#include "cli/session.h"

/// A candidate on its way to production, on a terminal.
namespace cairn::cli {

/// Any value for a person: four significant digits of a number, "–" for none.
std::string Shown(const Json& value);
/// "awaiting approval" of "awaiting_approval".
std::string Words(std::string stage);
/// The route of a rollout; "" is the newest that waits.
std::string RolloutPath(const std::string& id, std::string_view rest = "");

void PrintRollout(const Json& rollout);
/// The command that would let it through, while it waits.
void PrintNext(const Json& rollout);
/// What became of it by the last step.
void SayOutcome(const Session& session, const Json& rollout);

}  // namespace cairn::cli
