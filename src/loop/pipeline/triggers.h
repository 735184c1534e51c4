#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/calendar/schedule.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/record.h"
#include "loop/pipeline/remote_watch.h"
#include "loop/pipeline/stage_settings.h"

namespace cairn::pipeline {

/// What is done about the moments of a schedule that passed while nothing looked.
enum class CatchUp {
  None,  ///< Nothing.
  Last,  ///< The newest of them fires.
  All,   ///< Each of them fires, oldest first, and has a run of its own.
};

/// One entry of cairn.yaml's `triggers`: what sets the pipeline off by itself.
struct TriggerRule {
  /// alert, schedule, message, data, training_code, application_code or demand.
  std::string on;
  std::string name;
  std::vector<std::string> stages;  ///< Of `run: pipeline` none: all that is stale.
  bool force = false;               ///< They run even when nothing is stale.
  Concurrency concurrency = Concurrency::Queue;

  std::string monitor{};                         ///< alert: whose; "" for any.
  std::optional<calendar::Schedule> schedule{};  ///< schedule.
  CatchUp catch_up = CatchUp::Last;
  std::vector<Secret> secret{};   ///< message: one, what it must be signed with.
  std::string dataset{}, path{};  ///< data: one of them, or `remote`; the path is in the project.
  RemoteSubject remote{};
  std::int64_t every_ms = 0;         ///< remote: from the end of one look to the beginning of the next.
  std::int64_t settle_ms = 0;        ///< data, but for a data set: it must have stood still for so long.
  std::string ref{};                 ///< Code: the revision that moves, such as "main".
  std::vector<std::string> paths{};  ///< Code: patterns (path_pattern.h), in the project; none for all.

  /// What it looks at, so that a rule that looks at something else than before begins anew.
  std::string Subject() const;
  /// A run for it in `project`, set off by `cause`.
  Request Asks(const std::string& project, const std::string& cause) const;
  /// The same for a moment of its schedule, in seconds since 1970; the cause is the trigger and the moment.
  Request AsksAt(const std::string& project, std::int64_t due) const;
};

/// InvalidArgument with the place: an unknown key, a kind of trigger that is not known, a name that is taken,
/// a monitor or data set that the configuration does not list, a schedule or zone that is none, a path
/// outside the project.
Result<std::vector<TriggerRule>> ParseTriggers(const Node& configuration);

/// What the triggers that wait for `monitor`'s alerts ask for when it raises `alert`, in `project`.
std::vector<Request> PulledBy(const std::vector<TriggerRule>& rules, const std::string& monitor,
                              const std::string& alert, const std::string& project);

}  // namespace cairn::pipeline
