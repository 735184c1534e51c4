#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ground/os/channel.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"
#include "loop/runtime/worker/frame.h"
#include "loop/runtime/worker/sandbox.h"
#include "loop/runtime/workers.h"

namespace cairn::runtime::worker {

/// What a worker says about its model once it has loaded it.
struct Hello {
  Signature signature;
  std::string environment;  ///< Lines as pip writes them.
  std::uint64_t memory_bytes = 0;
};

/// The processes of one model. Each has a thread of its own that starts it, waits for its end and starts it
/// anew; a request takes one that is idle. Safe from any thread.
class Crew {
 public:
  /// `folder` holds worker.py and model/, and goes with the crew. The first process is ready when this comes
  /// back; the errors of StartWorkers.
  static Result<std::unique_ptr<Crew>> Start(os::TempFolder folder, Python python,
                                             const WorkerSettings& settings);
  ~Crew();

  const Hello& hello() const { return hello_; }
  /// The most that each process had resident, by the last it said; one that is not up counts as the largest.
  std::uint64_t MemoryBytes();
  /// Internal when the model fails or its process ends; Unavailable when none is up, or the answer takes
  /// longer than the settings allow: its process is ended then.
  Result<Batch> Ask(const Batch& inputs, std::int64_t rows);

 private:
  /// One process after the other. Everything but `channel` is guarded by mutex_; that belongs to whoever made
  /// the seat busy.
  struct Seat {
    enum class State { Starting, Idle, Busy, Down };
    std::size_t place = 0;  ///< Which cores it uses.
    State state = State::Starting;
    std::optional<os::Channel> channel;
    std::uint64_t memory_bytes = 0;      ///< That its process said last.
    std::stop_source life;               ///< Ends the process that is there now.
    std::optional<std::string> ended;    ///< How that process ended; none while it runs.
    std::deque<std::string> last_words;  ///< The end of what it printed.
    std::jthread keeper;
  };
  /// How a process came to its end, and the Reason when it never got ready.
  struct End {
    Reason reason = Reason::Internal;
    std::string how;
  };

  Crew(os::TempFolder folder, Python python, const WorkerSettings& settings);
  void Seats(std::size_t count);
  void Keep(Seat& seat, std::stop_token stop);
  End RunOne(Seat& seat, std::stop_token stop);
  Result<Hello> Greet(Seat& seat, os::Process& process, os::Channel& channel, std::stop_token stop);
  Result<> Agree(Hello hello);
  void Listen(Seat& seat, std::string_view line);
  std::string LastWords(Seat& seat);
  Result<Seat*> Take(std::int64_t until_ns);
  Result<Batch> AskBy(Seat& seat, const Batch& inputs, std::int64_t rows, std::int64_t until_ns);
  Error WhyFailed(Seat& seat, const Error& error, std::int64_t rows);

  const os::TempFolder folder_;
  const Python python_;
  const WorkerSettings settings_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool greeted_ = false;
  Hello hello_;                   ///< Never changed once `greeted_`.
  std::optional<Error> problem_;  ///< Why the last process that came down did; none once one is ready.
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace cairn::runtime::worker
