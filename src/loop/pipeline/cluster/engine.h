#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/stage_settings.h"

/// Other machines that run the stages of a pipeline. A run is one job there; which stage runs where and when,
/// and again when a machine is lost, is the engine's. What is stale, what is recorded and what becomes of the
/// project is decided here (cluster_execution.h). A second engine implements Engine and is named in
/// OpenEngine and in the choices of `executor`; nothing else changes.
namespace cairn::pipeline {

/// What a job prints, and how it stands.
struct JobLook {
  /// All that it has printed so far. Lines that begin with "@cairn " are one JSON object each (news.h); the
  /// rest is the engine's own talk.
  std::string words;
  bool over = false;
  std::string end;    ///< Once it is over: how, in the engine's words.
  bool well = false;  ///< Over, and not because it was ended or broke down.
};

/// Safe from any thread.
class Engine {
 public:
  virtual ~Engine() = default;

  /// "Ray at http://head:8265", for messages.
  virtual std::string Shown() const = 0;
  /// Whether jobs can be handed in at all. Unavailable when nobody answers there, Denied when it does not let
  /// this program in, Unsupported when it is something else.
  virtual Result<> Reach() = 0;
  /// Hands in a job that does `plan` (cluster_plan.h). The key is the job's for good: one that is there
  /// already is the same, and is not begun twice. Comes back when the engine has it.
  virtual Result<> Submit(const std::string& key, const std::string& plan) = 0;
  /// NotFound when the engine does not know the job, or not any more; Unavailable when it does not answer.
  virtual Result<JobLook> Look(const std::string& key) = 0;
  /// Asks the job to end, with all that it has begun. Fine when it is over or not known.
  virtual Result<> Stop(const std::string& key) = 0;
};

/// The one that `executor` names; `project` is what files of secrets are relative to. Not for the executor
/// `local`. NotFound or InvalidArgument for a token that is not where the settings say.
Result<std::unique_ptr<Engine>> OpenEngine(const ExecutorSettings& executor, const std::string& project);

}  // namespace cairn::pipeline
