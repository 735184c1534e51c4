#pragma once

#include <thread>

#include "ground/telemetry/log.h"
#include "loop/registry/webhooks.h"

namespace cairn::app {

/// Sends what is due to webhooks, from a thread of its own: a slow receiver holds up nothing else. Both must
/// outlive it; what is under way is broken off by the destructor and sent by the next one.
class Courier {
 public:
  Courier(registry::Webhooks& webhooks, telemetry::Log& journal);

 private:
  void Run(const std::stop_token& stop);

  registry::Webhooks& webhooks_;
  telemetry::Log& journal_;
  std::jthread thread_;
};

}  // namespace cairn::app
