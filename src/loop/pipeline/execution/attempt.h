#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ground/os/clock.h"
#include "ground/os/process.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/record.h"
#include "loop/pipeline/stage_settings.h"

namespace cairn::pipeline {

/// Tells the processes of one try apart from all others: "RUN/STAGE/2".
inline constexpr const char* kAttemptVariable = "CAIRN_ATTEMPT";

/// One try at the commands of a stage.
class Attempt {
 public:
  struct Setting {
    std::string folder;  ///< Where the commands run.
    std::string id;      ///< For kAttemptVariable.
    std::string log;     ///< What they print is appended there.
    std::vector<std::pair<std::string, std::optional<std::string>>> environment;
    std::int64_t timeout_ms = 0;  ///< 0 for none.
    std::int64_t grace_ms = 5000;
    std::vector<std::string> secrets;  ///< Values that the log must not show.
  };

  Attempt(const os::Clock& clock, Setting setting) : clock_(clock), setting_(std::move(setting)) {}

  /// Runs the commands in order until one fails, the time is over or `stop` is requested: then every process
  /// of the try is ended, also those that ignore SIGTERM or left its group. Ended well when the reason is
  /// empty.
  AttemptRecord Run(const std::vector<std::string>& commands, std::stop_token stop);

 private:
  std::string RunOne(const std::string& text, AttemptRecord& record, std::stop_token stop);
  os::Command CommandFor(const std::string& text);
  /// Milliseconds until the time is over, or kForever.
  std::int64_t Left() const;

  const os::Clock& clock_;
  const Setting setting_;
  std::int64_t begun_ns_ = 0;
};

/// The values of a stage's secrets by variable. NotFound or InvalidArgument naming the secret and where it
/// should come from, never what was found there.
Result<std::vector<std::pair<std::string, std::string>>> ReadSecrets(const std::string& project,
                                                                     const std::vector<Secret>& secrets);

}  // namespace cairn::pipeline
