#pragma once

#include "ground/os/descriptor.h"
#include "ground/os/process.h"

namespace cairn::os {

/// The ends of pipes and files that a child needs; the child's ends are closed here with the end of this.
struct Plumbing {
  Descriptor log;            ///< The log, when lines pass through this process.
  Descriptor output, error;  ///< Our ends of the pipes; none when no lines are wanted.
  Descriptor child_output, child_error;

  static Result<Plumbing> Lay(const Command& command);
};

/// Starts the child; gives its process id.
Result<int> SpawnChild(const Command& command, const Plumbing& plumbing);

}  // namespace cairn::os
