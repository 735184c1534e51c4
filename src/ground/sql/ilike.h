#pragma once

#include <string>
#include <string_view>

namespace cairn::sql {

/// A LIKE pattern (% any characters, _ one character, no escape) that matches UTF-8 text whatever its case.
/// Case is that of single characters in every script; a letter whose lower case is several characters keeps
/// them apart.
class FoldedPattern {
 public:
  explicit FoldedPattern(std::string_view pattern);
  bool Matches(std::string_view text) const;

 private:
  std::u32string pattern_;
};

}  // namespace cairn::sql
