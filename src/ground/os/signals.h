#pragma once

#include <signal.h>

#include <cstdint>

#include "ground/os/descriptor.h"

namespace cairn::os {

/// Turns SIGTERM and SIGINT into something to wait for. Made in main() before any thread is started, so that
/// every thread has them blocked; as before when it is gone.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Readable when one has come; for poll(2) and event loops.
  int descriptor() const { return descriptor_.number(); }
  /// The number of the signal that came, or 0 when none did within `timeout_ms` (negative: for ever). Each is
  /// given once.
  int Wait(std::int64_t timeout_ms = -1);

 private:
  Descriptor descriptor_;
  sigset_t before_;
};

/// While it lives, this thread and those it starts get no signal that another thread could take.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

/// Writing to a closed pipe or socket is an error from now on, not the end of the process.
void IgnoreBrokenPipes();

}  // namespace cairn::os
