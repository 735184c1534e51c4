#include "loop/profile/rows/missing_patterns.h"

#include <algorithm>

#include "loop/profile/values/hash.h"

namespace cairn::profile {

std::uint64_t MissingPatterns::Sign(std::size_t column) { return Spread(column + 0x243F6A8885A308D3ULL); }

void MissingPatterns::Merge(const MissingPatterns& other) {
  others_ += other.others_;
  for (const auto& [hash, pattern] : other.patterns_)
    Add(hash, pattern.rows, [&columns = pattern.columns] { return columns; });
}

std::vector<MissingPatterns::Pattern> MissingPatterns::Patterns() const {
  std::vector<Pattern> patterns;
  for (const auto& [hash, pattern] : patterns_) patterns.push_back(pattern);
  std::sort(patterns.begin(), patterns.end(), [](const Pattern& a, const Pattern& b) {
    return a.rows != b.rows ? a.rows > b.rows : a.columns < b.columns;
  });
  return patterns;
}

}  // namespace cairn::profile
