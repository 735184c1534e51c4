#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

/// What `cairn ci` tests: the section `ci` of cairn.yaml. It is read from the working copy.
namespace cairn::ci {

/// What a file, and so a change of it, is about.
enum class Kind { Code, Data, Model, None };
const char* NameOf(Kind kind);

/// A command that tests code, data or models. It has failed when it ends with another exit code than 0.
struct Test {
  std::string name;
  std::string run;  ///< For /bin/sh, in the project's folder.
  std::vector<std::string>
      when;  ///< Patterns (path_pattern.h); none: whenever something of its kind changed.
  std::int64_t timeout_ms = 1'800'000;
};

/// What a figure of the pipeline must keep.
struct Bound {
  std::string metric;
  std::optional<double> at_least, at_most;
  std::optional<double> worse_by;  ///< Than on the target branch, at most.
  bool higher_is_better = true;
};

struct Settings {
  std::string base = "main";  ///< What changes are held against.
  std::vector<Test> code, data, model;
  std::vector<Bound> metrics;

  const std::vector<Test>& Of(Kind kind) const;
};

/// InvalidArgument with the place: an unknown key, a test without name or command, a name twice, a bound
/// without a number.
Result<Settings> ParseCi(const Node& configuration);

}  // namespace cairn::ci
