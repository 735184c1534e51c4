#include "app/app.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/rooms.h"
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
      static_cast<void>(bool(rooms.sealer.Seal()));
      wake.wait_for(lock, stop, std::chrono::milliseconds(250), [] { return false; });
    }
  }

  Rooms& rooms;
  std::jthread thread;
};

Result<std::unique_ptr<App>> App::Open(const Settings& settings) {
  return std::unique_ptr<App>(new App(CAIRN_TRY(Rooms::Build(settings))));
}

void App::OnAddressNeeded(std::function<Result<std::string>()> address) { rooms_->address.Set(std::move(address)); }

App::App(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}

App::~App() {
  loops_.reset();
  // What happened in this process is sealed before it ends; what cannot be sealed now is sealed by the next one.
  static_cast<void>(bool(rooms_->sealer.Seal()));
}

void App::RunLoops() { loops_ = std::make_unique<Loops>(*rooms_); }

}  // namespace cairn::app
