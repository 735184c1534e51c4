#pragma once

#include <string>
#include <string_view>

#include "cli/session.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// Tells what became of a contract's rules: a line for each that is not kept, and one for the whole. `of`
/// names the contract ("the contract of flights").
void ShowVerdict(const Session& session, const Json& verdict, const std::string& file, std::string_view of);

/// Writes the JUnit report that the answer carries to a file, when one was named; takes it out of the answer.
Result<> KeepJUnit(const Session& session, const std::string& path, Json& answer);

}  // namespace cairn::cli
