#include "loop/pipeline/path_pattern.h"

#include <vector>

namespace cairn::pipeline {
namespace {

/// Each pair of a place in the path and one in the pattern is judged once, so that no pattern is slow.
class Fit {
 public:
  Fit(std::string_view path, std::string_view pattern)
      : path_(path), pattern_(pattern), known_((path.size() + 1) * (pattern.size() + 1), Known::No) {}

  bool From(std::size_t path, std::size_t pattern) {
    Known& known = known_[path * (pattern_.size() + 1) + pattern];
    if (known == Known::No) known = Judge(path, pattern) ? Known::Fits : Known::Differs;
    return known == Known::Fits;
  }

 private:
  enum class Known : unsigned char { No, Fits, Differs };

  bool Judge(std::size_t path, std::size_t pattern) {
    if (pattern == pattern_.size()) return path == path_.size();
    const bool more = path < path_.size();
    const bool in_name = more && path_[path] != '/';
    if (pattern_.substr(pattern, 3) == "**/") {
      const auto slash = path_.find('/', path);
      return From(path, pattern + 3) || (slash != std::string_view::npos && From(slash + 1, pattern));
    }
    if (pattern_.substr(pattern, 2) == "**")
      return From(path, pattern + 2) || (more && From(path + 1, pattern));
    if (pattern_[pattern] == '*') return From(path, pattern + 1) || (in_name && From(path + 1, pattern));
    if (pattern_[pattern] == '?') return in_name && From(path + 1, pattern + 1);
    return more && path_[path] == pattern_[pattern] && From(path + 1, pattern + 1);
  }

  const std::string_view path_, pattern_;
  std::vector<Known> known_;
};

}  // namespace

bool FitsPattern(std::string_view path, std::string_view pattern) {
  if (pattern.find_first_of("*?") == std::string_view::npos)
    return path == pattern || (path.starts_with(pattern) && path.substr(pattern.size()).starts_with('/'));
  return Fit(path, pattern).From(0, 0);
}

}  // namespace cairn::pipeline
