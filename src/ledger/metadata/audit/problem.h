#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace cairn::metadata {

/// One thing that is not as it was sealed.
struct Problem {
  std::string what;  ///< The words that Log::Verify lists.
  std::optional<std::int64_t> position;
  std::string id, kind;
  std::string message;
};

/// "event 17 (registry.alias_moved, 0190…)".
inline std::string NameOfEvent(std::int64_t position, const std::string& kind, const std::string& id) {
  return "event " + std::to_string(position) + " (" + kind + ", " + id + ")";
}

}  // namespace cairn::metadata
