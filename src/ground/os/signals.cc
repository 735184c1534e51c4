#include "ground/os/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "ground/os/clock.h"

namespace cairn::os {

StopSignals::StopSignals() {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stopping, &before_);
  descriptor_.Reset(signalfd(-1, &stopping, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor_) {
    std::perror("signalfd");
    std::abort();
  }
}

StopSignals::~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int StopSignals::Wait(std::int64_t timeout_ms) {
  const std::int64_t until_ns = SteadyNs() + timeout_ms * 1'000'000;
  for (;;) {
    signalfd_siginfo came{};
    if (read(descriptor_.number(), &came, sizeof came) == sizeof came)
      return static_cast<int>(came.ssi_signo);
    pollfd watched{descriptor_.number(), POLLIN, 0};
    int wait_ms = -1;
    if (timeout_ms >= 0)
      wait_ms = static_cast<int>(
          std::clamp<std::int64_t>((until_ns - SteadyNs() + 999'999) / 1'000'000, 0, 1'000'000'000));
    const int ready = poll(&watched, 1, wait_ms);
    if (ready == 0 && SteadyNs() >= until_ns) return 0;
  }
}

SignalsBlocked::SignalsBlocked() {
  sigset_t all;
  sigfillset(&all);
  // Those that the thread's own mistakes raise must stay deadly.
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&all, own);
  pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void IgnoreBrokenPipes() { signal(SIGPIPE, SIG_IGN); }

}  // namespace cairn::os
