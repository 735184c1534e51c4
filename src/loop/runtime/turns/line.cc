#include "loop/runtime/turns/line.h"

#include <algorithm>

namespace cairn::runtime {
namespace {

std::int64_t LevelOf(const Turn& turn) { return turn.priority == 0 ? Turn::kUsual : turn.priority; }

}  // namespace

void LineEnd::operator()(Line* line) const { delete line; }
OwnedLine OpenLine(const LineSettings& settings) { return OwnedLine(new Line(settings)); }

Ran::Fate Line::Enter(Waiter& waiter, std::int64_t now_ns) {
  if (IsExpired(waiter.turn, now_ns)) return Ran::Fate::Expired;
  if (size() >= settings_.most_waiting) return Ran::Fate::Full;
  const auto place =
      std::upper_bound(waiters_.begin(), waiters_.end(), &waiter,
                       [](const Waiter* a, const Waiter* b) { return LevelOf(a->turn) < LevelOf(b->turn); });
  waiters_.insert(place, &waiter);
  return Ran::Fate::Answered;
}

void Line::Leave(const Waiter& waiter) {
  waiters_.erase(std::remove(waiters_.begin(), waiters_.end(), &waiter), waiters_.end());
}

bool Line::Fills() const {
  std::int64_t rows = 0;
  for (const Waiter* waiter : waiters_) {
    if (waiter->form == waiters_.front()->form) rows += waiter->rows;
    if (rows >= settings_.most_rows) return true;
  }
  return false;
}

std::int64_t Line::DueAt() const {
  if (waiters_.empty()) return kNever;
  if (settings_.delay_ns == 0 || Fills()) return 0;
  std::int64_t due = kNever;
  for (const Waiter* waiter : waiters_) {
    std::int64_t delay = settings_.delay_ns;
    if (waiter->turn.deadline_ns != 0)
      delay = std::min(delay, (waiter->turn.deadline_ns - waiter->arrived_ns) / 2);
    due = std::min(due, waiter->arrived_ns + delay);
  }
  return due;
}

std::vector<Waiter*> Line::Next(std::int64_t now_ns) {
  std::vector<Waiter*> run, rest;
  std::int64_t rows = 0;
  for (Waiter* waiter : waiters_) {
    const bool fits =
        run.empty() || (waiter->form == run.front()->form && rows + waiter->rows <= settings_.most_rows);
    if (IsExpired(waiter->turn, now_ns) || waiter->turn.stop.stop_requested() || !fits) {
      rest.push_back(waiter);
      continue;
    }
    rows += waiter->rows;
    run.push_back(waiter);
  }
  waiters_.swap(rest);
  return run;
}

}  // namespace cairn::runtime
