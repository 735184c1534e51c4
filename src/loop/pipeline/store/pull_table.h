#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/pipeline/record.h"

/// Every SQL sentence about what triggers asked for. Each is one row, found by trigger and cause.
namespace cairn::pipeline {

enum class PullState {
  Waiting,
  Begun,
  Merged,  ///< Into the run of another pull, which sees all that this one would.
  Over,    ///< Nothing was stale.
  Refused,
  Skipped,  ///< A run was under way, and it was not to wait for it.
};
const char* NameOf(PullState state);

struct StoredPull {
  Request request;
  PullState state = PullState::Waiting;
  std::string run;  ///< "" for none.
  TimeMs asked = 0;
};

/// Adds it, waiting; an earlier one that was refused waits again. Gives how it stood before, none when it is
/// new.
Result<std::optional<StoredPull>> PutPull(sql::Connection& connection, const Request& request,
                                          std::string_view home, TimeMs now);
/// What triggers of that name asked for, newest first.
Result<std::vector<StoredPull>> SelectPulls(sql::Connection& connection, std::string_view name,
                                            std::int64_t limit);
/// How it stands; none when it is unknown.
Result<std::optional<StoredPull>> FindPull(sql::Connection& connection, const Trigger& trigger);
/// Whether it was waiting and now is `run`'s. Others of the project that wait for no more than this run does
/// are merged into it, unless one of the two is to be apart.
Result<bool> BeginPull(sql::Connection& connection, const Request& request, std::string_view home,
                       std::string_view run);
/// Ends one that waits.
Result<> ClosePull(sql::Connection& connection, const Trigger& trigger, PullState state,
                   std::string_view run);
/// Lets what a dead run served wait again, unless it was begun `most` times already: those are refused, and
/// handed back.
Result<std::vector<Request>> ReleasePulls(sql::Connection& connection, std::string_view run,
                                          std::int64_t most);

/// The one that has waited longest in a project; none when nothing waits.
Result<std::optional<Request>> NextWaiting(sql::Connection& connection, std::string_view home,
                                           std::string_view project);
/// Those of a project that wait though they are to replace a run or to be skipped, oldest first.
Result<std::vector<Request>> WaitingUnqueued(sql::Connection& connection, std::string_view home,
                                             std::string_view project);
/// Whether another one that asks for as much as this waits for the same project.
Result<bool> AnotherWaits(sql::Connection& connection, const Request& request, std::string_view home);
/// Gives what waits at a dead `home` to another, which has the project in that folder.
Result<> MovePulls(sql::Connection& connection, std::string_view from, std::string_view to,
                   std::string_view project);
/// The projects in which something waits.
Result<std::vector<std::string>> WaitingProjects(sql::Connection& connection, std::string_view home);

}  // namespace cairn::pipeline
