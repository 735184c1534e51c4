#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "ground/os/clock.h"
#include "ground/os/descriptor.h"
#include "ground/vocabulary/json.h"

/// What Cairn says about itself.
namespace cairn::telemetry {

enum class Level { Debug, Info, Warning, Error };

/// One line per happening: a message that stays the same from time to time, and fields that vary. Each line
/// goes out in one write, so lines of several threads, or of several processes that append to one file, do
/// not mix. Safe from any thread.
///
///   log.Write(Level::Warning, "request refused", {{"path", path}, {"status", 429}});
///
/// As text:  2013-02-01T04:05:06.007Z WARNING request refused path=/x status=429
/// As JSON:  {"time":"2013-02-01T04:05:06.007Z","level":"warning","message":"request
/// refused","path":"/x","status":429}
class Log {
 public:
  enum class Format { Text, Json };
  struct Settings {
    Level least = Level::Info;  ///< Lines below are left out.
    Format format = Format::Text;
  };
  using Fields = std::initializer_list<Json::Member>;

  /// To standard error. The clock must outlive the log, here and below.
  Log(const os::Clock& clock, Settings settings);
  /// Appends to the file, which is made when it is not there.
  static Result<Log> ToFile(const std::string& path, const os::Clock& clock, Settings settings);
  Log(Log&& other) noexcept;

  bool Wants(Level level) const { return level >= settings_.least; }
  void Write(Level level, std::string_view message, Fields fields = {});
  /// Lines that could not be written (disk full, closed stream). Logging never stops the work it is about.
  std::uint64_t lost() const { return lost_; }

 private:
  Log(const os::Clock& clock, Settings settings, os::Descriptor file);

  const os::Clock& clock_;
  const Settings settings_;
  os::Descriptor file_;  ///< None for standard error.
  std::atomic<std::uint64_t> lost_ = 0;
};

/// "debug", "info", "warning", "error".
const char* NameOf(Level level);
/// InvalidArgument with a suggestion for another word.
Result<Level> LevelOf(std::string_view name);

}  // namespace cairn::telemetry
