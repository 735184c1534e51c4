#include "ground/os/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"

namespace cairn::os {
namespace {

constexpr std::uint64_t kMost = 1 << 20;

/// What stands behind `key` and `separator` in the first line of a file that begins with it.
std::string Entry(const std::string& file, std::string_view key, char separator) {
  const auto text = ReadFile(file, kMost);
  if (!text) return "";
  for (const std::string_view line : Split(*text, '\n')) {
    if (!line.starts_with(key)) continue;
    const auto at = line.find(separator);
    if (at == std::string_view::npos || Trim(line.substr(0, at)) != key) continue;
    std::string_view value = Trim(line.substr(at + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return "";
}

std::uint64_t MemoryBytes() {
  auto bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const auto limit = ReadFile(file, kMost);
    if (!limit) continue;
    const auto number = ParseInt(Trim(*limit));
    if (number && *number > 0) bytes = std::min(bytes, static_cast<std::uint64_t>(*number));
  }
  return bytes;
}

/// 64 hexadecimal digits somewhere in the names of this process's control groups or mounts, as Docker,
/// containerd and Podman write them.
std::string ContainerId() {
  for (const char* file : {"/proc/self/cgroup", "/proc/self/mountinfo"}) {
    const auto text = ReadFile(file, kMost);
    if (!text) continue;
    std::size_t run = 0;
    for (std::size_t i = 0; i <= text->size(); ++i) {
      const bool digit = i < text->size() && std::isxdigit(static_cast<unsigned char>((*text)[i])) != 0;
      if (!digit && run == 64) return text->substr(i - run, run);
      run = digit ? run + 1 : 0;
    }
  }
  return "";
}

}  // namespace

Machine ThisMachine() {
  Machine machine;
  utsname name{};
  if (uname(&name) == 0) {
    machine.system = std::string(name.sysname) + " " + name.release;
    machine.architecture = name.machine;
  }
  machine.distribution = Entry("/etc/os-release", "PRETTY_NAME", '=');
  machine.processor = Entry("/proc/cpuinfo", "model name", ':');
  machine.processors = Processors();
  machine.memory_bytes = MemoryBytes();
  const std::string nvidia = "/proc/driver/nvidia";
  if (const auto gpus = ListFolder(nvidia + "/gpus")) {
    for (const auto& gpu : *gpus)
      machine.gpus.push_back(Entry(nvidia + "/gpus/" + gpu + "/information", "Model", ':'));
  }
  machine.gpu_driver = Entry(nvidia + "/version", "NVRM version", ':');
  machine.container = ContainerId();
  return machine;
}

}  // namespace cairn::os
