#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// What became of trials that were watched.
struct Followed {
  Json sweeps = Json::Array(), ended = Json::Array();
  bool interrupted = false;
  std::int64_t failed = 0;

  /// How many trials are in one of these states.
  std::int64_t Count(std::initializer_list<std::string_view> states) const;
  int code() const;  ///< For the shell.
};

/// Has the queued trials of a sweep, or with "" of all in the project, run, and tells of each that ends: to
/// the end, or until Ctrl-C puts back what runs.
Result<Followed> FollowTrials(Session& session, const std::string& project, const std::string& sweep,
                              std::int64_t jobs, os::StopSignals& signals);

std::vector<Command> ExpCurveCommands();  ///< exp curve

}  // namespace cairn::cli
