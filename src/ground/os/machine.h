#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cairn::os {

/// The machine, as far as it may matter for what a computation gives.
struct Machine {
  std::string system;        ///< "Linux 6.1.0-18-amd64".
  std::string distribution;  ///< "Debian GNU/Linux 12 (bookworm)"; "" when it does not say.
  std::string architecture;  ///< "x86_64"
  std::string processor;     ///< The name its maker gave it, or "".
  unsigned processors = 1;   ///< That this process may use.
  /// What this process may use at most: the machine's, or the limit of its control group.
  std::uint64_t memory_bytes = 0;
  std::vector<std::string> gpus;  ///< NVIDIA's, by model, in the driver's order.
  std::string gpu_driver;         ///< Its version, or "".
  std::string container;          ///< The id of the container this process is in, or "".
};

/// Reads a handful of small files; a fact that cannot be found out stays empty.
Machine ThisMachine();

}  // namespace cairn::os
