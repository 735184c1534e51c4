#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/ci/change.h"
#include "loop/ci/settings.h"

/// What came of the tests of a change, and how it is written down.
namespace cairn::ci {

struct Case {
  enum class State { Passed, Failed, Skipped } state = State::Passed;
  std::string name;
  std::string message;  ///< One sentence: why it failed or was skipped.
  std::string output;   ///< The end of what it printed.
  std::int64_t ms = 0;
};
const char* NameOf(Case::State state);

struct Suite {
  std::string name;  ///< "code", "data", "pipeline", "model".
  std::vector<Case> cases;

  bool Failed() const;
};

/// A figure now, at the target branch, and whether it keeps its bound.
struct Figure {
  std::string name;
  Json was, is;
  std::string bound;   ///< "at least 0.8"; "" without one.
  std::string broken;  ///< How it breaks it; "" when it does not.
};

/// Runs a test in the project's folder. It finds in CAIRN_JUNIT where a JUnit report of its own may go
/// (`out`/NAME.xml), in CAIRN_BASE the commit of the change and in CAIRN_CHANGED a file that names what
/// changed, one path a line. When it is stopped or its time is over, it has failed and all its processes are
/// ended.
Case RunTest(const Change& change, const Test& test, const std::string& out, std::stop_token stop);

/// Every figure of either side in the order of their names, each with its bound. A bound on a figure that is
/// not there is broken; `worse_by` without a figure at the target branch is kept.
std::vector<Figure> Judge(const std::vector<Bound>& bounds, const Json& was, const Json& is);

/// The suites as JUnit XML; characters that XML cannot hold are left out.
std::string JUnitOf(const std::vector<Suite>& suites);

struct Report {
  std::vector<Suite> suites;
  std::vector<Figure> figures;
  std::vector<Difference> params;
  std::vector<std::pair<std::string, std::string>> stages;    ///< Those that ran, and why.
  std::vector<std::pair<std::string, std::string>> pictures;  ///< Title, and path from the report.
  std::vector<std::string> notes;

  bool Failed() const;
};
/// The report as Markdown, as a comment of a forge takes it: it begins with a mark by which it is found
/// again.
std::string MarkdownOf(const Change& change, const Report& report);
/// The same for programs.
Json JsonOf(const Change& change, const Report& report);

}  // namespace cairn::ci
