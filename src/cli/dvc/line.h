#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::cli::dvc {

enum class Takes {
  Nothing,
  Value,
  Maybe,  ///< A value, or none: "" then.
  Many,   ///< All words up to the next option.
};

struct Option {
  std::string_view letter, name;  ///< "r", "remote"; the letter may be "".
  Takes takes = Takes::Nothing;
  bool covered = true;  ///< False for what only DVC knows to do.
};

constexpr Option Uncovered(std::string_view name, Takes takes = Takes::Nothing) {
  return {"", name, takes, false};
}

/// A command of DVC's: what may stand behind its name.
struct Grammar {
  std::string_view command;  ///< "remote add".
  std::span<const Option> options;
  std::size_t most = SIZE_MAX;  ///< So many words beside options.
};

/// A line of DVC's, read: values by the option's long name, and the rest.
struct Line {
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> rest;

  bool Has(std::string_view name) const { return options.find(name) != options.end(); }
  bool quiet() const { return Has("quiet"); }
  std::string Text(std::string_view name) const;
  std::vector<std::string> All(std::string_view name) const;
};

/// InvalidArgument for an option that DVC does not have, one that lacks its value, and for a word too many;
/// Unsupported for an option that only DVC knows. -q and -v are always known.
Result<Line> ReadLine(std::span<const std::string> words, const Grammar& grammar);

}  // namespace cairn::cli::dvc
