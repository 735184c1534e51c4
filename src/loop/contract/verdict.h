#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"

namespace cairn::contract {

/// What became of one rule.
enum class Status {
  Passed,
  Warned,  ///< Broken, and only a warning by its severity.
  Failed,
  Error,    ///< It could not be evaluated, which is never a pass.
  Remarked  ///< Shown and not run.
};
std::string_view NameOf(Status status);  ///< "passed", "warned", …

/// The verdict of one rule over a whole table.
struct RuleVerdict {
  std::string rule;    ///< "distance: max"
  std::string column;  ///< "" for a rule about the table.
  std::string test;    ///< "range", "unique", "sql rows": what kind it is.
  Status status = Status::Passed;
  bool stops = true;                       ///< Whether it can fail a check.
  std::int64_t unexpected = 0;             ///< Rows that break it.
  std::int64_t considered = 0;             ///< Rows that it was about.
  std::optional<double> figure;            ///< What was measured, where it is not the unexpected rows.
  std::vector<std::string> examples;       ///< Up to 20 different values that break it, in the file's order.
  std::vector<std::int64_t> example_rows;  ///< The row (from 1) where each of them stands first.
  bool masked = false;   ///< There are examples, and the column's classification keeps them back.
  std::string sentence;  ///< What was expected and, where the figures do not say it, what was found.
  std::string dimension;
  std::string where;  ///< The rule's place in its document, or "".

  bool passed() const { return status != Status::Failed && status != Status::Error; }
  /// unexpected / considered; 0 when none was.
  double Share() const;
  Json ToJson() const;
};

/// The verdict of a contract over a table.
struct Verdict {
  bool passed = true;  ///< No rule that stops has failed or could not be evaluated.
  std::int64_t rows = 0;
  std::vector<RuleVerdict> rules;

  /// {"passed", "rows", "counts": {"passed", "warned", "failed", "error", "remarked"}, "rules": […]}
  Json ToJson() const;
  /// The rules that are not passed, in one sentence, or "".
  std::string Failures() const;
  /// As a JUnit report: one test suite of that name, one test case a rule; a warning is a passed case with
  /// words, a remark a skipped one.
  std::string ToJUnit(std::string_view suite) const;
};

}  // namespace cairn::contract
