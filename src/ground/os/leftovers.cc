#include "ground/os/leftovers.h"

#include <dirent.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

#include "ground/os/clock.h"
#include "ground/os/files.h"

namespace cairn::os {
namespace {

constexpr std::int64_t kPatienceNs = 10'000'000'000;

/// The environment of another user's process, of a kernel thread and of one that is over reads as nothing.
bool WasStartedWith(const std::string& process, std::string_view setting) {
  const auto environment = ReadFile("/proc/" + process + "/environ");
  if (!environment) return false;
  const std::string entries = '\0' + *environment;
  return entries.find('\0' + std::string(setting) + '\0') != std::string::npos;
}

/// The numbers of those that live.
std::set<int> Leftovers(std::string_view setting) {
  std::set<int> found;
  DIR* processes = opendir("/proc");
  if (!processes) return found;
  while (const dirent* entry = readdir(processes)) {
    const int id = std::atoi(entry->d_name);
    if (id > 0 && id != getpid() && WasStartedWith(entry->d_name, setting)) found.insert(id);
  }
  closedir(processes);
  return found;
}

}  // namespace

Result<int> EndLeftovers(std::string_view name, std::string_view value) {
  const std::string setting = std::string(name) + "=" + std::string(value);
  const std::int64_t end = SteadyNs() + kPatienceNs;
  std::set<int> ended;
  // One that is dying may just have started another, so the last look must find none.
  for (;;) {
    const auto living = Leftovers(setting);
    if (living.empty()) return static_cast<int>(ended.size());
    if (SteadyNs() > end) {
      return Error{Reason::Unavailable, "the process " + std::to_string(*living.begin()) +
                                            ", which a program that died left running, does not end"};
    }
    for (const int id : living) kill(id, SIGKILL);
    ended.insert(living.begin(), living.end());
    const timespec moment{0, 2'000'000};
    nanosleep(&moment, nullptr);
  }
}

}  // namespace cairn::os
