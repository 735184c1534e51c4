#include "loop/runtime/turnstile.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "ground/os/clock.h"
#include "loop/runtime/rows.h"
#include "loop/runtime/turns/line.h"
#include "loop/runtime/turns/together.h"

namespace cairn::runtime {

/// A request, on its caller's stack. All of it is guarded by the turnstile's mutex, but for what the one that
/// leads a run reads of those it answers.
struct Turnstile::Caller : Waiter {
  enum class State { Waits, Leads, IsLed, Answered };
  State state = State::Waits;
  const Batch* inputs = nullptr;
  std::vector<Waiter*> run;  ///< Of one that leads.
  std::optional<Result<Ran>> outcome;
  std::condition_variable changed;
};

Turnstile::Turnstile(unsigned places) : places_(std::max(places, 1U)) {}

bool Turnstile::HasPlaceFor(const Line& line) const {
  const LineSettings& settings = line.settings();
  if (settings.runs_at_once > 0 && line.running >= settings.runs_at_once) return false;
  return settings.own_process || taken_ < places_;
}

void Turnstile::Forget(const Line& line) {
  if (line.empty()) waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &line), waiting_.end());
}

/// Gives every place that is free to the line whose turn it is; the first of each run leads it.
void Turnstile::LetThrough(std::int64_t now) {
  for (std::size_t left = waiting_.size(); left > 0; --left) {
    Line* line = waiting_.front();
    waiting_.pop_front();
    const bool goes = line->DueAt() <= now && HasPlaceFor(*line);
    auto run = goes ? line->Next(now) : std::vector<Waiter*>();
    if (!line->empty()) waiting_.push_back(line);
    if (run.empty()) continue;
    ++line->running;
    if (!line->settings().own_process) ++taken_;
    for (Waiter* waiter : run) static_cast<Caller*>(waiter)->state = Caller::State::IsLed;
    auto* leader = static_cast<Caller*>(run.front());
    leader->state = Caller::State::Leads;
    leader->run = std::move(run);
    leader->changed.notify_one();
    left = waiting_.size() + 1;
  }
}

/// Until it leads or is answered. Otherwise why it never ran.
std::optional<Ran::Fate> Turnstile::Wait(std::unique_lock<std::mutex>& lock, Line& line, Caller& self) {
  while (self.state != Caller::State::Leads && self.state != Caller::State::Answered) {
    const std::int64_t now = os::SteadyNs();
    std::int64_t until = Line::kNever;
    if (self.state == Caller::State::Waits) {
      const bool cancelled = self.turn.stop.stop_requested();
      if (cancelled || IsExpired(self.turn, now)) {
        line.Leave(self);
        Forget(line);
        return cancelled ? Ran::Fate::Cancelled : Ran::Fate::Expired;
      }
      LetThrough(now);
      if (self.state == Caller::State::Leads) break;
      // What is due already goes once a place is given back, and whoever gives it back sees to that.
      if (const std::int64_t due = line.DueAt(); due > now) until = due;
      if (self.turn.deadline_ns != 0) until = std::min(until, self.turn.deadline_ns);
    }
    if (until == Line::kNever) {
      self.changed.wait(lock);
    } else {
      self.changed.wait_for(lock, std::chrono::nanoseconds(std::max<std::int64_t>(until - now, 0)));
    }
  }
  return std::nullopt;
}

void Turnstile::Lead(std::unique_lock<std::mutex>& lock, Line& line, const Model& model, Caller& self) {
  const auto run = std::move(self.run);
  std::vector<Part> parts;
  for (Waiter* waiter : run) parts.push_back({static_cast<Caller*>(waiter)->inputs, waiter->rows});
  lock.unlock();
  const std::int64_t begun = os::SteadyNs();
  auto outcomes = RunTogether(model, parts);
  lock.lock();
  for (std::size_t i = 0; i < run.size(); ++i) {
    auto* caller = static_cast<Caller*>(run[i]);
    if (outcomes[i]) (*outcomes[i]).queue_ns = begun - caller->arrived_ns;
    caller->outcome.emplace(std::move(outcomes[i]));
    caller->state = Caller::State::Answered;
    if (caller != &self) caller->changed.notify_one();
  }
  --line.running;
  if (!line.settings().own_process) --taken_;
  LetThrough(os::SteadyNs());
}

Result<Ran> Turnstile::Run(Line& line, const Model& model, const Batch& inputs, const Turn& turn) {
  CAIRN_TRY(Matches(model.signature(), inputs));
  Caller self;
  self.rows = CAIRN_TRY(CountRows(inputs));
  self.form = FormOf(inputs);
  self.turn = turn;
  self.arrived_ns = os::SteadyNs();
  self.inputs = &inputs;
  // Made before the lock is taken, and gone after it is given back: both may call it at once.
  const std::stop_callback wake(turn.stop, [this, &self] {
    const std::lock_guard lock(mutex_);
    self.changed.notify_one();
  });
  std::unique_lock lock(mutex_);
  const bool first = line.empty();
  if (const auto fate = line.Enter(self, self.arrived_ns); fate != Ran::Fate::Answered)
    return Ran{fate, {}, 0, 0, 0, true};
  if (first) waiting_.push_back(&line);
  if (const auto fate = Wait(lock, line, self)) return Ran{*fate, {}, 0, 0, 0, true};
  if (self.state == Caller::State::Leads) Lead(lock, line, model, self);
  return *std::move(self.outcome);
}

std::int64_t Turnstile::Waiting(const Line& line) const {
  const std::lock_guard lock(mutex_);
  return line.size();
}

}  // namespace cairn::runtime
