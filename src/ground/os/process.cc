#include "ground/os/process.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/spawn.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr int kRoundsPerTake = 32;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kGroupCheckMs = 10;

[[noreturn]] void Impossible(const char* what) {
  std::perror(what);
  std::abort();
}

std::int64_t MsOf(const timeval& time) { return std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000; }

/// Whether a process of the group lives whose end has not been told yet. `name` is one in /proc.
bool LivesInGroup(const char* name, int group) {
  if (*name < '0' || *name > '9') return false;
  const auto text = ReadFile(std::string("/proc/") + name + "/stat");
  if (!text) return false;
  // The second field is the program's name in parentheses, which may itself contain any character.
  const std::size_t end = text->rfind(')');
  char state = 0;
  int parent = 0, own_group = 0;
  if (end == std::string::npos ||
      sscanf(text->c_str() + end + 1, " %c %d %d", &state, &parent, &own_group) != 3)
    return false;
  return own_group == group && state != 'Z' && state != 'X';
}

bool GroupLives(int group) {
  DIR* processes = opendir("/proc");
  if (!processes) return false;
  bool lives = false;
  while (const dirent* entry = readdir(processes)) {
    if (LivesInGroup(entry->d_name, group)) {
      lives = true;
      break;
    }
  }
  closedir(processes);
  return lives;
}

}  // namespace

Command Command::Shell(std::string text) {
  Command command;
  command.arguments = {"/bin/sh", "-c", std::move(text)};
  return command;
}

std::string Describe(const Exit& exit) {
  if (exit.signal == 0) return "exit code " + std::to_string(exit.code);
  return "killed by signal " + std::to_string(exit.signal) + " (" + strsignal(exit.signal) + ")";
}

Result<Process> Process::Spawn(Command command) {
  if (command.arguments.empty())
    return Error{Reason::InvalidArgument, "A command needs a program; its list of arguments is empty."};
  if (!command.folder.empty() && !IsFolder(command.folder)) {
    return Error{Reason::NotFound, "Cannot run '" + command.arguments[0] + "' in '" + command.folder +
                                       "': there is no such folder."};
  }
  Plumbing plumbing = CAIRN_TRY(Plumbing::Lay(command));
  const std::int64_t started_ns = SteadyNs();
  const int id = CAIRN_TRY(SpawnChild(command, plumbing));
  Descriptor alive(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
  if (!alive) {
    const int why = errno;
    kill(-id, SIGKILL);
    waitpid(id, nullptr, 0);
    return SystemError(why, "watch", command.arguments[0]);
  }
  Process process(id, std::move(alive), std::move(command));
  process.started_ns_ = started_ns;
  process.log_ = std::move(plumbing.log);
  if (plumbing.output) process.pipes_.push_back({std::move(plumbing.output), Stream::Output, ""});
  if (plumbing.error) process.pipes_.push_back({std::move(plumbing.error), Stream::Error, ""});
  return process;
}

Process::Process(int id, Descriptor alive, Command command)
    : id_(id), alive_(std::move(alive)), command_(std::move(command)) {}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      alive_(std::move(other.alive_)),
      log_(std::move(other.log_)),
      command_(std::move(other.command_)),
      pipes_(std::move(other.pipes_)),
      started_ns_(other.started_ns_),
      exit_(other.exit_) {}

Process::~Process() {
  if (id_ < 0 || exit_) return;
  kill(-id_, SIGKILL);
  command_.line = nullptr;
  command_.bytes = nullptr;
  Wait();
}

std::optional<Exit> Process::Wait(std::int64_t timeout_ms, std::stop_token stop) {
  if (exit_) return exit_;
  Descriptor wake;
  if (stop.stop_possible()) wake.Reset(eventfd(0, EFD_CLOEXEC));
  const std::stop_callback on_stop(stop, [number = wake.number()] {
    if (number >= 0) eventfd_write(number, 1);
  });
  const std::int64_t until_ns = timeout_ms < 0 ? -1 : SteadyNs() + timeout_ms * kNsPerMs;
  if (!Pump(until_ns, wake.number())) return std::nullopt;
  return Reap();
}

/// Whether it has ended, after waiting for that until the deadline or the wake-up.
bool Process::Pump(std::int64_t until_ns, int wake) {
  for (;;) {
    pollfd watched[4] = {{alive_.number(), POLLIN, 0}, {wake, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
    for (std::size_t i = 0; i < pipes_.size(); ++i) watched[2 + i].fd = pipes_[i].end.number();
    int timeout_ms = -1;
    if (until_ns >= 0) {
      const std::int64_t left_ms = (until_ns - SteadyNs() + kNsPerMs - 1) / kNsPerMs;
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, 1'000'000'000));
    }
    const int ready = poll(watched, 4, timeout_ms);
    if (ready < 0 && errno != EINTR) Impossible("poll");
    if (ready < 0) continue;
    for (std::size_t i = 0; i < pipes_.size(); ++i) {
      if (watched[2 + i].revents != 0) Take(pipes_[i]);
    }
    if (watched[0].revents != 0) return true;
    if (watched[1].revents != 0) return false;
    if (ready == 0 && SteadyNs() >= until_ns) return false;
  }
}

/// All that lies in the pipe now; a descendant may hold it open for ever, so its end is not waited for.
void Process::Take(Pipe& pipe) {
  char buffer[kLongestLine];
  // Not for ever, so that one who writes without end does not keep the deadline from being seen.
  for (int round = 0; round < kRoundsPerTake; ++round) {
    const ssize_t count = read(pipe.end.number(), buffer, sizeof buffer);
    if (count > 0) {
      HandOver(pipe, {buffer, static_cast<std::size_t>(count)});
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 || errno != EAGAIN) pipe.end.Reset();
    return;
  }
}

void Process::HandOver(Pipe& pipe, std::string_view bytes) {
  Record(bytes);
  if (command_.bytes) command_.bytes(pipe.stream, bytes);
  if (!command_.line) return;
  pipe.pending += bytes;
  std::string_view rest = pipe.pending;
  for (;;) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos && rest.size() < kLongestLine) break;
    const std::size_t length = std::min(end, kLongestLine);
    std::string_view line = rest.substr(0, length);
    rest.remove_prefix(length + (length == end ? 1 : 0));
    if (line.ends_with('\r')) line.remove_suffix(1);
    command_.line(pipe.stream, line);
  }
  pipe.pending.erase(0, pipe.pending.size() - rest.size());
}

void Process::Record(std::string_view bytes) {
  if (!log_) return;
  // A log that cannot be written must not stop the work it is about.
  [[maybe_unused]] const auto written = WriteAll(log_.number(), bytes, command_.log);
}

Exit Process::Reap() {
  for (Pipe& pipe : pipes_) {
    if (pipe.end) Take(pipe);
    if (!pipe.pending.empty() && command_.line) command_.line(pipe.stream, pipe.pending);
  }
  pipes_.clear();
  int status = 0;
  rusage used{};
  while (wait4(id_, &status, 0, &used) < 0) {
    if (errno != EINTR) Impossible("wait4");
  }
  Exit exit;
  exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  exit.code = exit.signal ? 128 + exit.signal : WEXITSTATUS(status);
  exit.wall_ms = (SteadyNs() - started_ns_) / kNsPerMs;
  exit.cpu_ms = MsOf(used.ru_utime) + MsOf(used.ru_stime);
  exit.max_rss_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  exit_ = exit;
  return exit;
}

Exit Process::Terminate(std::int64_t grace_ms) {
  if (exit_) return *exit_;
  kill(-id_, SIGTERM);
  const std::int64_t until_ns = SteadyNs() + grace_ms * kNsPerMs;
  const bool ended = Pump(until_ns, -1);
  // The shell often ends before what it started. As long as it is not reaped, nobody else can get the group's
  // number.
  while (ended && SteadyNs() < until_ns && GroupLives(id_)) {
    const timespec pause{0, kGroupCheckMs * kNsPerMs};
    nanosleep(&pause, nullptr);
  }
  kill(-id_, SIGKILL);
  Pump(-1, -1);
  return Reap();
}

}  // namespace cairn::os
