#include "app/app.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "app/carrier.h"
#include "app/courier.h"
#include "app/rooms.h"
#include "app/wiring.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "loop/pipeline/sharing.h"

namespace cairn::app {

/// What runs by itself, one thread for all but schedules: each round is short.
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
      Watch("sweeps could not go on", rooms.sweeps.TakeUp());
      Watch("rollouts could not go on", rooms.rollouts.Advance());
      wake.wait_for(lock, stop, std::chrono::milliseconds(250), [] { return false; });
    }
  }

  /// Tells of a trouble once, not in every round while it lasts.
  template <class T>
  void Watch(const std::string& what, const Result<T>& outcome) {
    const std::lock_guard lock(telling);
    std::string& last = troubles[what];
    const std::string now = outcome ? "" : outcome.error().message;
    if (!now.empty() && now != last) rooms.journal.Write(telemetry::Level::Error, what, {{"problem", now}});
    last = now;
  }

  /// On a thread of its own, so that what is due begins at once.
  void Schedule(std::stop_token stop) {
    pipeline::Sharing sharing(*rooms.database, rooms.runner, rooms.settings.project_dir);
    while (!stop.stop_requested()) {
      const auto taken = sharing.Advance(os::SteadyNs());
      Watch("the store could not be shared", taken);
      if (taken) {
        for (const auto& home : *taken)
          rooms.journal.Write(telemetry::Level::Warning, "took over what a dead server left",
                              {{"server", home}});
      }
      const auto wait = rooms.scheduler.Advance();
      Watch("a trigger could not look", wait);
      rooms.scheduler.Wait(stop, wait ? *wait : kAfterTroubleMs);
    }
  }

  /// A trigger that cannot look must not make another one late.
  static constexpr std::int64_t kAfterTroubleMs = 50;
  Rooms& rooms;
  std::mutex telling;
  std::map<std::string, std::string> troubles;
  Courier courier{rooms.webhooks, rooms.journal};
  Carrier carrier{*rooms.predictions, rooms.shipping, [this] { return rooms.service.settings().log.keep_ms; },
                  rooms.clock, rooms.journal};
  std::jthread scheduling{[this](std::stop_token stop) { Schedule(stop); }};
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
