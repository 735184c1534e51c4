#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

/// This process's end of a stream in both directions to a child that was given the other end
/// (Command::channel). One thread at a time. Times are on the clock of os::SteadyNs().
class Channel {
 public:
  /// Both ends; the second is for the child, and is closed here once the child has it.
  static Result<std::pair<Channel, Descriptor>> Make();

  /// Sends all of it. Unavailable when the other side has closed; Exhausted when `until_ns` comes first.
  Result<> Send(std::string_view bytes, std::int64_t until_ns);
  /// Exactly `count` bytes; memory is taken as they arrive. The same errors.
  Result<std::string> Receive(std::uint64_t count, std::int64_t until_ns);
  /// Whether something has arrived, or the other side has closed.
  bool HasArrived() const;

 private:
  explicit Channel(Descriptor end) : end_(std::move(end)) {}
  Result<> Wait(short events, std::int64_t until_ns) const;

  Descriptor end_;
};

}  // namespace cairn::os
