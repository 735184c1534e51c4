#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

enum class Stream { Output, Error };

/// What to start, and how. Its standard input is empty; it gets a process group of its own, no descriptor but
/// the first three and its channel, no blocked signal and the default handling of each.
struct Command {
  std::vector<std::string>
      arguments;       ///< The program first; looked up in this process's PATH when it has no slash.
  std::string folder;  ///< Where it runs; "" for here.
  /// On top of this process's environment; no value takes the variable away.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
  /// Both of its streams are appended there; "" leaves them as this process's own, unless there is a `line`
  /// or `bytes`.
  std::string log;
  /// Called for each line of its streams, without the end of line, on the thread that waits. Lines longer
  /// than 64 KiB come in pieces.
  std::function<void(Stream, std::string_view)> line;
  /// Called with what its streams say, as it comes, on the thread that waits; may stand beside `line`.
  std::function<void(Stream, std::string_view)> bytes;
  /// A descriptor of this process that the child gets as its number 3 (channel.h); none: -1. It stays the
  /// caller's.
  int channel = -1;

  /// `text` run by /bin/sh.
  static Command Shell(std::string text);
};

/// How a process ended, and what it and the children it waited for used.
struct Exit {
  int code = 0;    ///< Its exit code; 128 + signal when a signal ended it, as shells say it.
  int signal = 0;  ///< The signal that ended it, or 0.
  std::int64_t wall_ms = 0;
  std::int64_t cpu_ms = 0;
  std::uint64_t max_rss_bytes = 0;  ///< The largest of them.

  bool Succeeded() const { return code == 0 && signal == 0; }
};

/// "exit code 3", "killed by signal 9 (Killed)".
std::string Describe(const Exit& exit);

/// A running child. Its whole group is killed when this is dropped before it ended. One thread at a time.
class Process {
 public:
  /// NotFound for a program or folder that is not there, Denied for one that may not be run.
  static Result<Process> Spawn(Command command);
  Process(Process&&) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  int id() const { return id_; }

  static constexpr std::int64_t kForever = -1;
  /// Waits until it has ended, and hands its lines over meanwhile: a child with a `line` or `bytes`
  /// stands still while nobody waits. Nothing when it still runs after `timeout_ms`, or when `stop` is
  /// requested. Asked again after the end, it gives the same answer.
  std::optional<Exit> Wait(std::int64_t timeout_ms = kForever, std::stop_token stop = {});
  /// Ends it and everything in its group: SIGTERM first, SIGKILL for what is left after `grace_ms`.
  Exit Terminate(std::int64_t grace_ms = 5000);

 private:
  struct Pipe {
    Descriptor end;
    Stream stream;
    std::string pending;
  };

  Process(int id, Descriptor alive, Command command);
  bool Pump(std::int64_t until_ns, int wake);
  void Take(Pipe& pipe);
  void HandOver(Pipe& pipe, std::string_view bytes);
  void Record(std::string_view bytes);
  Exit Reap();

  int id_ = -1;
  Descriptor alive_;  ///< A pidfd: readable once it has ended.
  Descriptor log_;
  Command command_;
  std::vector<Pipe> pipes_;
  std::int64_t started_ns_ = 0;
  std::optional<Exit> exit_;
};

}  // namespace cairn::os
