#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::app {

/// What the program is built from.
struct Settings {
  std::string data_dir = ".cairn";
  std::string store;      ///< "" for SQLite in the data folder.
  std::string artifacts;  ///< A folder or s3://bucket/prefix; "" for the data folder's artifacts/.
  std::string default_artifact_root;        ///< "" for "mlflow-artifacts:/".
  std::vector<std::string> open_artifacts;  ///< See tracking::ArtifactPlaces.
  std::string project_dir = ".";
  bool refuses_long_values = false;  ///< Parameters and tags that are too long, instead of cutting them.
  std::string version;               ///< The program's; what is reported names it.
  bool webhooks_to_private_hosts = false;  ///< Whether webhooks may lead to addresses that are not public.
};

struct Rooms;

/// The whole program behind its doors: every room, built in order from the settings, and the loops that run
/// by themselves. It decides nothing.
class App {
 public:
  /// Opens the store (making it, and the data folder, when they are not there) and every room. Unavailable
  /// when another process owns the store.
  static Result<std::unique_ptr<App>> Open(const Settings& settings);
  ~App();

  Rooms& rooms() { return *rooms_; }

  /// Starts what runs by itself: sealing, canaries, monitors, triggers. Stops with the destructor.
  void RunLoops();

  /// Serving and monitoring take up what was accepted last. Called when a configuration is accepted while the
  /// loops run.
  void FollowConfiguration();
  bool RunsLoops() const { return loops_ != nullptr; }

  /// Where the stages of a pipeline reach this program's HTTP doors; asked only when a stage must run.
  void OnAddressNeeded(std::function<Result<std::string>()> address);

 private:
  struct Loops;
  explicit App(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
  std::unique_ptr<Loops> loops_;
};

}  // namespace cairn::app
