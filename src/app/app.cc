#include "app/app.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "app/courier.h"
#include "app/rooms.h"
#include "app/wiring.h"
#include "ground/os/files.h"

namespace cairn::app {

/// What runs by itself, one thread for all: each round is short.
struct App::Loops {
  explicit Loops(Rooms& given) : rooms(given), thread([this](std::stop_token stop) { Run(stop); }) {}

  void Run(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      Watch("the log could not be sealed", rooms.sealer.Seal());
      Watch("monitoring could not go on", rooms.monitoring.Advance([this](const monitoring::Alert& alert) {
        return AlertRaised(rooms, alert);
      }));
      Watch("the pipeline could not go on", rooms.runner.TakeUp());
      Watch("rollouts could not go on", rooms.rollouts.Advance());
      wake.wait_for(lock, stop, std::chrono::milliseconds(250), [] { return false; });
    }
  }

  /// Tells of a trouble once, not in every round while it lasts.
  template <class T>
  void Watch(const std::string& what, const Result<T>& outcome) {
    std::string& last = troubles[what];
    const std::string now = outcome ? "" : outcome.error().message;
    if (!now.empty() && now != last) rooms.journal.Write(telemetry::Level::Error, what, {{"problem", now}});
    last = now;
  }

  Rooms& rooms;
  std::map<std::string, std::string> troubles;
  Courier courier{rooms.webhooks, rooms.journal};
  std::jthread thread;
};

Result<std::unique_ptr<App>> App::Open(const Settings& settings) {
  return std::unique_ptr<App>(new App(CAIRN_TRY(Rooms::Build(settings))));
}

void App::OnAddressNeeded(std::function<Result<std::string>()> address) {
  rooms_->address.Set(std::move(address));
}

App::App(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}

App::~App() {
  loops_.reset();
  // What happened in this process is sealed before it ends; what cannot be sealed now is sealed by the next
  // one.
  static_cast<void>(bool(rooms_->sealer.Seal()));
}

void App::RunLoops() {
  if (const auto swept = rooms_->deletion.Sweep(); !swept) {
    rooms_->journal.Write(telemetry::Level::Warning, "files of what was erased are still there",
                          {{"problem", swept.error().message}});
  }
  FollowConfiguration();
  loops_ = std::make_unique<Loops>(*rooms_);
}

void App::FollowConfiguration() {
  if (const auto followed = ConfigurationAccepted(*rooms_); !followed) {
    rooms_->journal.Write(telemetry::Level::Error, "the accepted configuration cannot be followed",
                          {{"problem", followed.error().message}});
  }
}

}  // namespace cairn::app
