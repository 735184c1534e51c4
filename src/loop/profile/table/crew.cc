#include "loop/profile/table/crew.h"

#include <chrono>
#include <thread>
#include <utility>

namespace cairn::profile {
namespace {

constexpr auto kAwake = std::chrono::milliseconds(1);

unsigned OthersOf(unsigned threads) { return threads < 2 ? 0 : threads - 1; }

/// Gives the first value of `word` that is not `old`.
template <class Number>
Number Changed(const std::atomic<Number>& word, Number old) {
  const auto asleep = std::chrono::steady_clock::now() + kAwake;
  for (;;) {
    const Number now = word.load(std::memory_order_acquire);
    if (now != old) return now;
    if (std::chrono::steady_clock::now() < asleep)
      std::this_thread::yield();
    else
      word.wait(old, std::memory_order_acquire);
  }
}

}  // namespace

Crew::Crew(unsigned threads) : pool_("cairn-profile", OthersOf(threads), OthersOf(threads)) {
  for (unsigned i = 0; i < OthersOf(threads); ++i) (void)pool_.Submit([this](std::stop_token) { Serve(); });
}

Crew::~Crew() {
  closed_ = true;
  Begin(0, nullptr);
}

void Crew::ForEach(std::size_t count, std::function<void(std::size_t)> work) {
  Begin(count, std::move(work));
  Finish();
}

void Crew::Begin(std::size_t count, std::function<void(std::size_t)> work) {
  work_ = std::move(work);
  count_ = static_cast<std::uint32_t>(count);
  unfinished_.store(count_, std::memory_order_relaxed);
  const std::uint64_t number = (piece_.load(std::memory_order_relaxed) >> 32) + 1;
  piece_.store(number << 32 | count_, std::memory_order_release);
  piece_.notify_all();
}

void Crew::Finish() {
  TakeAll();
  for (auto left = unfinished_.load(std::memory_order_acquire); left != 0;) left = Changed(unfinished_, left);
}

void Crew::Serve() {
  while (!closed_) {
    const std::uint64_t now = piece_.load(std::memory_order_acquire);
    if (static_cast<std::uint32_t>(now) == 0)
      Changed(piece_, now);
    else
      TakeAll();
  }
}

void Crew::TakeAll() {
  auto now = piece_.load(std::memory_order_acquire);
  while (static_cast<std::uint32_t>(now) != 0) {
    if (!piece_.compare_exchange_weak(now, now - 1, std::memory_order_acq_rel)) continue;
    // Until this call is finished nobody begins another piece: `work_` and `count_` are this one's.
    work_(count_ - static_cast<std::uint32_t>(now));
    if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_all();
    now = piece_.load(std::memory_order_acquire);
  }
}

}  // namespace cairn::profile
