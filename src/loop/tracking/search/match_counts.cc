#include "loop/tracking/search/match_counts.h"

#include <algorithm>

namespace cairn::tracking {
namespace {

constexpr std::chrono::seconds kHolds{10};
constexpr std::size_t kMostKept = 1000;

}  // namespace

std::optional<std::int64_t> MatchCounts::Find(const std::string& question, std::int64_t most) {
  const std::lock_guard lock(mutex_);
  const auto known = counted_.find(question);
  if (known == counted_.end()) return std::nullopt;
  const auto& counted = known->second;
  const bool all = counted.count < counted.most;
  if (Clock::now() - counted.at > kHolds || (!all && counted.most < most)) return std::nullopt;
  return std::min(counted.count, most);
}

void MatchCounts::Keep(const std::string& question, std::int64_t most, std::int64_t count) {
  const std::lock_guard lock(mutex_);
  if (counted_.size() >= kMostKept) counted_.clear();
  counted_[question] = {count, most, Clock::now()};
}

}  // namespace cairn::tracking
