#pragma once

#include <functional>
#include <string>
#include <thread>

#include "ground/os/clock.h"
#include "ground/telemetry/log.h"
#include "loop/serving/prediction_log.h"
#include "loop/serving/shipping.h"

namespace cairn::app {

/// Ships what the prediction log has closed, from a thread of its own: every few seconds, and after a failure
/// at growing intervals up to five minutes. Once a minute it removes what is older than the policy keeps and,
/// where it is to be shipped, was shipped. All must outlive it; what is under way is broken off by the
/// destructor and shipped by the next one.
class Carrier {
 public:
  /// How long closed segments are kept, in milliseconds; 0: for ever.
  using Keep = std::function<std::int64_t()>;
  Carrier(serving::PredictionLog& log, serving::Shipping& shipping, Keep keep, const os::Clock& clock,
          telemetry::Log& journal);

 private:
  void Run(const std::stop_token& stop);
  /// Whether there was nothing to ship, or all of it was.
  bool Ship(const std::stop_token& stop);
  void Remove();
  /// Of a trouble once, not each time while it lasts.
  void Tell(const char* what, const std::string& problem, std::string& last);

  serving::PredictionLog& log_;
  serving::Shipping& shipping_;
  const Keep keep_;
  const os::Clock& clock_;
  telemetry::Log& journal_;
  std::string shipping_trouble_, removing_trouble_;
  std::jthread thread_;
};

}  // namespace cairn::app
