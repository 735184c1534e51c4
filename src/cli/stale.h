#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// Which stages a command line is about, as the API takes it.
struct StageChoice {
  std::vector<std::string> stages;
  std::string reach;  ///< "upstream", "alone", "downstream".

  /// From STAGE..., --only, --downstream and --from; InvalidArgument when they contradict each other.
  static Result<StageChoice> In(const Arguments& arguments);
  /// The operand and the options that it reads.
  static Positional Operand();
  static std::vector<Flag> Flags();
};

enum class Look { Whole, Brief };
/// What is stale in the project here, and why. A brief look names no stages when nothing is. Without --server
/// it is answered from the files alone, before any store is opened: a look costs milliseconds.
Result<Json> LookForStale(Session& session, const StageChoice& choice, Look look = Look::Whole);

/// The causes of a stage as one line: "params.yaml: lr changed from 1 to 2; train.py changed".
std::string CausesOf(const Json& stage);
/// " (1 call, 3 items)" of a stage that would be run item by item; "" of any other.
std::string CallsOf(const Json& stage);

}  // namespace cairn::cli
