#include "cli/duration.h"

#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::cli {

Result<std::int64_t> DurationMs(const std::string& text) {
  constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}};
  constexpr std::int64_t kMost = 100'000;
  for (const auto& [unit, ms] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const auto count = ParseInt(text.substr(0, text.size() - 1));
    if (count && *count >= 0 && *count <= kMost) return *count * ms;
  }
  return Error{Reason::InvalidArgument, "'" + text + "' is not a duration: write 7d, 12h, 30m or 90s"};
}

}  // namespace cairn::cli
