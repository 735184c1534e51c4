#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::calendar {

/// A time zone by its IANA name, as the machine's tzdata describes it, the years to come included. All times
/// here are whole seconds since 1970 UTC; a local time is the same count on the zone's own clocks. A value:
/// cheap to copy, safe from any thread.
class Zone {
 public:
  /// "Europe/Berlin", "UTC". InvalidArgument for a name that the machine does not know.
  static Result<Zone> Named(std::string_view name);

  const std::string& name() const { return name_; }
  /// What local clocks are ahead of UTC at that moment.
  std::int64_t OffsetAt(std::int64_t seconds) const;
  /// The first moment after this one at which local clocks are set, and the last one up to it; none when
  /// there is none.
  std::optional<std::int64_t> NextChange(std::int64_t seconds) const;
  std::optional<std::int64_t> LastChange(std::int64_t seconds) const;
  /// The moment of a local time: the first one of a local time that happens twice; of one that does not
  /// happen, the moment at which clocks skip it.
  std::int64_t MomentOf(std::int64_t local) const;

 private:
  struct Rules;
  Zone(std::string name, std::shared_ptr<const Rules> rules)
      : name_(std::move(name)), rules_(std::move(rules)) {}

  std::string name_;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace cairn::calendar
