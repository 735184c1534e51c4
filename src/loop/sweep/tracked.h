#pragma once

#include <string>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/record.h"
#include "loop/sweep/sweep.h"
#include "loop/tracking/tracking.h"

/// Sweeps and trials as tracked runs: each trial is a child of its sweep's run, with its parameters, figures
/// and, in the tag cairn.outs, what its stages made.
namespace cairn::sweep {

inline constexpr std::string_view kSweepTag = "cairn.sweep";
inline constexpr std::string_view kTrialTag = "cairn.trial";
inline constexpr std::string_view kOutsTag = "cairn.outs";
inline constexpr std::string_view kParentTag = "mlflow.parentRunId";

/// Begins the run of a sweep, in the experiment of that name ("" for Default), which is made when it is not
/// there. Gives its id.
Result<std::string> TrackSweep(tracking::Tracking& tracking, const Sweep& sweep,
                               const std::string& experiment, TimeMs now);
/// Begins the run of a trial, or gives the one that a program which died had begun.
Result<std::string> TrackTrial(tracking::Tracking& tracking, const Sweep& sweep, const Trial& trial,
                               TimeMs now);
/// Logs what a trial came to, and ends its run unless it waits again. The same twice is logged once.
Result<> LogTrial(tracking::Tracking& tracking, const Trial& trial);
/// Ends the run of a sweep of which no trial is open any more; begins it anew when one is.
Result<> LogSweep(tracking::Tracking& tracking, const Sweep& sweep, bool open, TimeMs now);

}  // namespace cairn::sweep
