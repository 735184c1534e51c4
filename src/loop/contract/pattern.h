#pragma once

#include <string>
#include <string_view>

/// The regular expressions of contracts, in the syntax of RE2, which is also what checks whole files.
namespace cairn::contract {

/// "" when `pattern` is an expression, else why it is none: "missing ): (".
std::string PatternProblem(std::string_view pattern);

/// Whether `text` matches somewhere; never, when the pattern is none. Each pattern is compiled once in the
/// life of the process. Safe from any thread.
bool Matches(const std::string& pattern, std::string_view text);

}  // namespace cairn::contract
