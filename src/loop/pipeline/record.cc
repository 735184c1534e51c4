#include "loop/pipeline/record.h"

#include <algorithm>

namespace cairn::pipeline {

bool StageRecord::CallsAll() const {
  return std::any_of(causes.begin(), causes.end(), [](const Cause& cause) {
    return cause.level == Cause::Level::Forced || cause.level == Cause::Level::Always;
  });
}

const char* NameOf(StageState state) {
  switch (state) {
    case StageState::Waiting:
      return "waiting";
    case StageState::Running:
      return "running";
    case StageState::Finished:
      return "finished";
    case StageState::Unchanged:
      return "unchanged";
    case StageState::Failed:
      return "failed";
    case StageState::Blocked:
      return "blocked";
    case StageState::Killed:
      return "killed";
  }
  return "waiting";
}

const char* NameOf(RunState state) {
  switch (state) {
    case RunState::Running:
      return "running";
    case RunState::Finished:
      return "finished";
    case RunState::Failed:
      return "failed";
    case RunState::Killed:
      return "killed";
    case RunState::Refused:
      return "refused";
  }
  return "running";
}

const char* NameOf(Concurrency concurrency) {
  switch (concurrency) {
    case Concurrency::Queue:
      return "queue";
    case Concurrency::Replace:
      return "replace";
    case Concurrency::Skip:
      return "skip";
  }
  return "queue";
}

Concurrency ConcurrencyNamed(std::string_view name) {
  for (const auto concurrency : {Concurrency::Replace, Concurrency::Skip}) {
    if (name == NameOf(concurrency)) return concurrency;
  }
  return Concurrency::Queue;
}

}  // namespace cairn::pipeline
