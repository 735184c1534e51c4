#include "app/courier.h"

#include <condition_variable>
#include <mutex>

namespace cairn::app {

Courier::Courier(registry::Webhooks& webhooks, telemetry::Log& journal)
    : webhooks_(webhooks), journal_(journal), thread_([this](std::stop_token stop) { Run(stop); }) {}

void Courier::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  std::string last;
  while (!stop.stop_requested()) {
    const auto failures = webhooks_.DeliverDue(stop);
    const std::string trouble = failures ? "" : failures.error().message;
    if (!trouble.empty() && trouble != last)
      journal_.Write(telemetry::Level::Error, "webhooks could not be served", {{"problem", trouble}});
    last = trouble;
    if (failures) {
      for (const auto& failure : *failures) {
        journal_.Write(telemetry::Level::Warning, "a webhook was not reached, and this delivery is given up",
                       {{"webhook", failure.webhook}, {"problem", failure.problem}});
      }
    }
    wake.wait_for(lock, stop, std::chrono::milliseconds(250), [] { return false; });
  }
}

}  // namespace cairn::app
