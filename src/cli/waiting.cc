#include "cli/waiting.h"

#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "ground/os/clock.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

void Turn(std::stop_token stop, const std::string& what) {
  static constexpr std::array kTurns = {"|", "/", "-", "\\"};
  const std::int64_t started = os::SteadyNs();
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  for (std::size_t turn = 0;; ++turn) {
    woken.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
    const std::int64_t passed_ms = (os::SteadyNs() - started) / 1'000'000;
    if (stop.stop_requested()) {
      if (passed_ms >= 1000) std::fputs("\r\033[K", stderr);
      return;
    }
    if (passed_ms >= 1000) {
      std::fprintf(stderr, "\r\033[K%s %s  %s", kTurns[turn % kTurns.size()], what.c_str(),
                   FormatDuration(passed_ms / 100 * 100).c_str());
    }
  }
}

}  // namespace

Waiting::Waiting(std::string what) {
  if (!os::IsTerminal(os::kStandardError)) return;
  thread_ = std::jthread([what = std::move(what)](std::stop_token stop) { Turn(stop, what); });
}

}  // namespace cairn::cli
