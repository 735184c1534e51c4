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

// So long a process without an environment may be one that is just about to get it.
constexpr std::int64_t kStartingNs = 50'000'000;

struct Look {
  std::set<int> living;   ///< Numbers of those that were started with the setting.
  bool starting = false;  ///< There is one whose environment is empty, as that of one that starts a program.
};

bool HasProgram(const std::string& process) {
  char target[1];
  return readlink(("/proc/" + process + "/exe").c_str(), target, sizeof target) > 0;
}

/// The environment of another user's process cannot be read; that of a kernel thread and of one that is over
/// reads as nothing, and they have no program.
void LookAt(int id, std::string_view setting, Look& look) {
  const std::string process = std::to_string(id);
  const auto environment = ReadFile("/proc/" + process + "/environ");
  if (!environment) return;
  const std::string entries = '\0' + *environment;
  if (entries.find('\0' + std::string(setting) + '\0') != std::string::npos) {
    look.living.insert(id);
  } else if (environment->empty() && HasProgram(process)) {
    look.starting = true;
  }
}

Look LookForLeftovers(std::string_view setting) {
  Look look;
  DIR* processes = opendir("/proc");
  if (!processes) return look;
  while (const dirent* entry = readdir(processes)) {
    const int id = std::atoi(entry->d_name);
    if (id > 0 && id != getpid()) LookAt(id, setting, look);
  }
  closedir(processes);
  return look;
}

}  // namespace

Result<int> EndLeftovers(std::string_view name, std::string_view value) {
  const std::string setting = std::string(name) + "=" + std::string(value);
  std::int64_t last_found = SteadyNs();
  const std::int64_t end = last_found + kPatienceNs;
  std::set<int> ended;
  // One that is dying may just have started another, so the last look must find none.
  for (;;) {
    const auto [living, starting] = LookForLeftovers(setting);
    const std::int64_t now = SteadyNs();
    if (living.empty() && (!starting || now > last_found + kStartingNs))
      return static_cast<int>(ended.size());
    if (now > end && !living.empty()) {
      return Error{Reason::Unavailable, "the process " + std::to_string(*living.begin()) +
                                            ", which a program that died left running, does not end"};
    }
    if (!living.empty()) last_found = now;
    for (const int id : living) kill(id, SIGKILL);
    ended.insert(living.begin(), living.end());
    const timespec moment{0, 2'000'000};
    nanosleep(&moment, nullptr);
  }
}

}  // namespace cairn::os
