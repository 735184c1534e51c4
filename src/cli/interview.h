#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// Whoever answers: a person at a terminal, or lines from a pipe.
struct Respondent {
  /// The next line, without its end; none when there is no more.
  std::function<std::optional<std::string>()> read;
  std::function<void(std::string_view)> say;
  /// A person is asked again after an answer that cannot be used; from a pipe it is an error, so that no
  /// later answer falls under the wrong question.
  bool patient = false;
};

/// Asks for everything that a charter needs, one thing at a time, and says why each is asked for. An empty
/// line keeps what `before` (the charter section as it stands, or null) says, or leaves the field out; "-"
/// clears it. Lists end with an empty line; one that must hang together (the rules of the heuristic) not
/// before it does. After the last line of a pipe the remaining fields stay as they
/// were. Gives the charter section as JSON, its members in the order of the page. InvalidArgument naming
/// the question for an answer from a pipe that cannot be used.
Result<Json> AskForCharter(const Respondent& respondent, const Json& before);

/// `text` (a cairn.yaml) with this charter section in the place of its own, every other line as it was.
std::string WithCharter(const std::string& text, const Json& charter);

}  // namespace cairn::cli
