#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::cli::dvc {

struct Option {
  std::string_view letter, name;  ///< "r", "remote"; the letter may be "".
  bool takes_value = false;
};

/// A line of DVC's, read: values by the option's long name, and the rest.
struct Line {
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> rest;

  bool Has(std::string_view name) const { return options.find(name) != options.end(); }
  std::string Text(std::string_view name) const;
  std::vector<std::string> All(std::string_view name) const;
};

/// InvalidArgument for an option that is not among `known`, or lacks its value. -q and -v are always known.
Result<Line> ReadLine(std::span<const std::string> words, std::span<const Option> known);

}  // namespace cairn::cli::dvc
