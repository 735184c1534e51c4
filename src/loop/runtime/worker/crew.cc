#include "loop/runtime/worker/crew.h"

#include <algorithm>
#include <functional>

#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"

namespace cairn::runtime::worker {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000, kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kFirstPauseMs = 100, kLongestPauseMs = 30'000;
constexpr std::int64_t kSteadyNs = 60 * kNsPerSecond;  ///< One that lived so long died of something new.
constexpr std::int64_t kLookMs = 20;                   ///< Between looks at one that is starting.
constexpr std::chrono::seconds kForItsEnd{5};
constexpr std::size_t kManyPlaces = 1'000'000;
constexpr std::size_t kLinesKept = 20, kLongestLine = 500, kLinesTold = 3;

std::int64_t Nanoseconds(double seconds) {
  return static_cast<std::int64_t>(seconds * static_cast<double>(kNsPerSecond));
}

/// bubblewrap tells by its own exit code what signal ended the program in it, as shells do.
std::string HowEnded(os::Exit exit) {
  if (exit.signal == 0 && exit.code > 128 && exit.code < 128 + 65) exit.signal = exit.code - 128;
  return os::Describe(exit);
}

bool SamePorts(const std::vector<Port>& a, const std::vector<Port>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Port& one, const Port& other) {
    return one.name == other.name && one.type == other.type && one.shape == other.shape;
  });
}

std::uint64_t MemoryIn(const Frame& frame) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(frame.head.Int("memory"), 0));
}

Result<Hello> ReadHello(const Frame& frame) {
  if (const std::string about = frame.head.Text("failed"); !about.empty())
    return Error{about == "environment" ? Reason::Unavailable : Reason::Unsupported,
                 "The model cannot be loaded: " + frame.head.Text("why")};
  Hello hello;
  hello.signature.inputs = CAIRN_TRY(ReadPorts(frame.head.At("inputs")));
  hello.signature.outputs = CAIRN_TRY(ReadPorts(frame.head.At("outputs")));
  hello.signature.bare = frame.head.Text("bare");
  for (const Json& line : frame.head.At("environment").items())
    if (line.IsString()) hello.environment += line.AsString() + "\n";
  hello.memory_bytes = MemoryIn(frame);
  return hello;
}

}  // namespace

Crew::Crew(os::TempFolder folder, Python python, const WorkerSettings& settings)
    : folder_(std::move(folder)), python_(std::move(python)), settings_(settings) {}

Crew::~Crew() {
  for (auto& seat : seats_) seat->keeper.request_stop();
  seats_.clear();
}

Result<std::unique_ptr<Crew>> Crew::Start(os::TempFolder folder, Python python,
                                          const WorkerSettings& settings) {
  std::unique_ptr<Crew> crew(new Crew(std::move(folder), std::move(python), settings));
  crew->Seats(1);
  {
    std::unique_lock lock(crew->mutex_);
    crew->changed_.wait(lock, [&] { return crew->greeted_ || crew->problem_; });
    if (!crew->greeted_) return *crew->problem_;
  }
  crew->Seats(static_cast<std::size_t>(settings.processes));
  return crew;
}

/// As many as `count`; those that are there stay.
void Crew::Seats(std::size_t count) {
  const std::lock_guard lock(mutex_);
  while (seats_.size() < count) {
    // Folders have random names, so that the crews of several models begin at different cores.
    const std::size_t place = std::hash<std::string>()(folder_.path()) % kManyPlaces + seats_.size();
    Seat& seat = *seats_.emplace_back(std::make_unique<Seat>());
    seat.place = place;
    seat.keeper = std::jthread([this, &seat](std::stop_token stop) { Keep(seat, stop); });
  }
}

void Crew::Keep(Seat& seat, std::stop_token stop) {
  std::int64_t pause_ms = kFirstPauseMs;
  while (!stop.stop_requested()) {
    const std::int64_t began = os::SteadyNs();
    const End end = RunOne(seat, stop);
    const bool steady = os::SteadyNs() - began > kSteadyNs;
    pause_ms = steady ? kFirstPauseMs : pause_ms;
    std::unique_lock lock(mutex_);
    seat.ended = end.how;
    problem_ = Error{end.reason, end.how};
    changed_.notify_all();
    // Whoever is asking it looks for how it ended before the seat is free for the next.
    changed_.wait(lock, stop, [&] { return seat.state != Seat::State::Busy; });
    seat.state = Seat::State::Down;
    seat.channel.reset();
    changed_.wait_for(lock, stop, std::chrono::milliseconds(pause_ms), [] { return false; });
    seat.state = Seat::State::Starting;
    pause_ms = std::min(pause_ms * 2, kLongestPauseMs);
  }
}

/// Starts a process, and comes back when it has ended.
Crew::End Crew::RunOne(Seat& seat, std::stop_token stop) {
  auto ends = os::Channel::Make();
  if (!ends) return {ends.error().reason, ends.error().message};
  auto& [channel, other] = *ends;
  std::stop_source life;
  const std::stop_callback with_the_crew(stop, [&life] { life.request_stop(); });
  {
    const std::lock_guard lock(mutex_);
    seat.life = life;
    seat.ended.reset();
    seat.last_words.clear();
  }
  os::Command command = Confined(python_, folder_.path(), settings_, seat.place);
  command.channel = other.number();
  command.line = [&](os::Stream, std::string_view line) { Listen(seat, line); };
  auto process = os::Process::Spawn(std::move(command));
  if (!process) return {process.error().reason, process.error().message};
  other.Reset();
  auto hello = Greet(seat, *process, channel, life.get_token());
  const std::uint64_t memory_bytes = hello ? hello->memory_bytes : 0;
  const auto agreed = hello ? Agree(*std::move(hello)) : Result<>(hello.error());
  if (!agreed) {
    process->Terminate(0);
    return {agreed.error().reason, agreed.error().message};
  }
  {
    const std::lock_guard lock(mutex_);
    seat.channel = std::move(channel);
    seat.memory_bytes = memory_bytes;
    seat.state = Seat::State::Idle;
    problem_.reset();
    changed_.notify_all();
  }
  const auto exit = process->Wait(os::Process::kForever, life.get_token());
  return {Reason::Internal, HowEnded(exit ? *exit : process->Terminate(0)) + LastWords(seat)};
}

/// Waits until it has loaded the model; meanwhile it may print as much as it likes.
Result<Hello> Crew::Greet(Seat& seat, os::Process& process, os::Channel& channel, std::stop_token stop) {
  const std::int64_t until_ns = os::SteadyNs() + Nanoseconds(settings_.start_timeout_s);
  while (!channel.HasArrived()) {
    // What it said before it ended, why it cannot load the model for one, has arrived by then.
    if (process.Wait(kLookMs, stop)) break;
    if (stop.stop_requested()) return Error{Reason::Unavailable, "The model is being put away."};
    if (os::SteadyNs() > until_ns)
      return Error{Reason::Unsupported, "The model is not ready within " +
                                            ShortestText(settings_.start_timeout_s) +
                                            " s (serving.worker.start_timeout_s)" + LastWords(seat)};
  }
  const auto frame = Receive(channel, until_ns);
  if (frame) return ReadHello(*frame);
  const auto exit = process.Wait(kLookMs * 10);
  return Error{Reason::Unsupported,
               "The model cannot be loaded: " +
                   (exit ? "its process ended (" + HowEnded(*exit) + ")" : frame.error().message) +
                   LastWords(seat)};
}

/// Every process must say the same of the model, since requests were read for it.
Result<> Crew::Agree(Hello hello) {
  const std::lock_guard lock(mutex_);
  if (greeted_) {
    const bool same = SamePorts(hello.signature.inputs, hello_.signature.inputs) &&
                      SamePorts(hello.signature.outputs, hello_.signature.outputs);
    return same ? Result<>()
                : Error{Reason::Internal, "The model names other inputs or outputs than when it was loaded."};
  }
  hello_ = std::move(hello);
  greeted_ = true;
  return Done{};
}

void Crew::Listen(Seat& seat, std::string_view line) {
  const std::lock_guard lock(mutex_);
  seat.last_words.emplace_back(line.substr(0, kLongestLine));
  if (seat.last_words.size() > kLinesKept) seat.last_words.pop_front();
}

std::string Crew::LastWords(Seat& seat) {
  const std::lock_guard lock(mutex_);
  std::string text;
  const std::size_t count = std::min(seat.last_words.size(), kLinesTold);
  for (std::size_t i = seat.last_words.size() - count; i < seat.last_words.size(); ++i)
    text += (text.empty() ? "; it printed: " : " / ") + seat.last_words[i];
  return text + ".";
}

std::uint64_t Crew::MemoryBytes() {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0, most = 0;
  for (const auto& seat : seats_) most = std::max(most, seat->memory_bytes);
  for (const auto& seat : seats_) {
    const bool up = seat->state == Seat::State::Idle || seat->state == Seat::State::Busy;
    bytes += up ? seat->memory_bytes : most;
  }
  return bytes;
}

/// One that is idle, made busy.
Result<Crew::Seat*> Crew::Take(std::int64_t until_ns) {
  using State = Seat::State;
  const auto until = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until_ns));
  std::unique_lock lock(mutex_);
  Seat* found = nullptr;
  bool all_down = false;
  const auto settled = [&] {
    all_down = true;
    for (const auto& seat : seats_) {
      if (seat->state == State::Idle && !seat->ended) found = seat.get();
      const bool starts = seat->state == State::Starting;
      all_down = all_down && (seat->state == State::Down || (starts && !settings_.waits_for_start));
    }
    return found || all_down;
  };
  const bool in_time = changed_.wait_until(lock, until, settled);
  if (found) {
    found->state = State::Busy;
    return found;
  }
  const std::string last = problem_ ? " The last one ended: " + problem_->message : "";
  if (in_time)
    return Error{Reason::Unavailable, "No process of the model is up; each is started anew." + last};
  return Error{Reason::Unavailable, "All " + std::to_string(seats_.size()) +
                                        " processes of the model were busy or starting for " +
                                        ShortestText(settings_.timeout_s) + " s; try again later." + last};
}

Result<Batch> Crew::Ask(const Batch& inputs, std::int64_t rows) {
  const std::int64_t until_ns = os::SteadyNs() + Nanoseconds(settings_.timeout_s);
  Seat& seat = *CAIRN_TRY(Take(until_ns));
  auto answer = AskBy(seat, inputs, rows, until_ns);
  const std::lock_guard lock(mutex_);
  seat.state = answer || !seat.life.stop_requested() ? Seat::State::Idle : Seat::State::Down;
  changed_.notify_all();
  return answer;
}

Result<Batch> Crew::AskBy(Seat& seat, const Batch& inputs, std::int64_t rows, std::int64_t until_ns) {
  const auto exchange = [&]() -> Result<Frame> {
    CAIRN_TRY(seat.channel->Send(RequestOf(inputs), until_ns));
    return Receive(*seat.channel, until_ns);
  };
  const auto frame = exchange();
  if (!frame) return WhyFailed(seat, frame.error(), rows);
  if (const std::string error = frame->head.Text("error"); !error.empty())
    return Error{Reason::Internal, "The model fails: " + error + "."};
  {
    const std::lock_guard lock(mutex_);
    seat.memory_bytes = MemoryIn(*frame);
  }
  auto answer = ReadAnswer(*frame, hello_.signature.outputs, rows);
  if (!answer) return WhyFailed(seat, answer.error(), rows);
  return answer;
}

/// Ends the process, whose next words nobody could understand, and says what happened.
Error Crew::WhyFailed(Seat& seat, const Error& error, std::int64_t rows) {
  std::unique_lock lock(mutex_);
  if (error.reason == Reason::Unavailable) {
    // The channel closes a moment before the process has ended.
    changed_.wait_for(lock, kForItsEnd, [&] { return seat.ended.has_value(); });
    const std::string how = seat.ended.value_or("it closed its channel.");
    seat.life.request_stop();
    return {Reason::Internal, "The model's process ended while it answered: " + how};
  }
  lock.unlock();
  seat.life.request_stop();
  if (error.reason != Reason::Exhausted) return {Reason::Internal, error.message};
  return {Reason::Unavailable,
          "The model did not answer " + std::to_string(rows) +
              (rows == 1 ? " row within " : " rows within ") + ShortestText(settings_.timeout_s) +
              " s (serving.worker.timeout_s); its process was ended and is started anew."};
}

}  // namespace cairn::runtime::worker
