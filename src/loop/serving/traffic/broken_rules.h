#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "loop/serving/service_state.h"
#include "loop/serving/versions/output_check.h"

namespace cairn::serving {

/// Counts which rules about outputs were broken. Safe from any thread.
class BrokenRules {
 public:
  void Count(const Breach& broken) {
    const std::lock_guard lock(mutex_);
    auto& one = rules_[broken.rule];
    ++one.requests;
    one.rows += broken.rows;
  }
  /// By name.
  std::vector<BrokenRule> Now() const {
    const std::lock_guard lock(mutex_);
    std::vector<BrokenRule> all;
    for (const auto& [rule, one] : rules_) all.push_back({rule, one.requests, one.rows});
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, BrokenRule> rules_;
};

}  // namespace cairn::serving
