#pragma once

#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/time.h"
#include "loop/contract/contract.h"

namespace cairn::contract {

/// The verdict of one rule over a whole table.
struct RuleVerdict {
  std::string rule;    ///< "distance: max"
  std::string column;  ///< "" for a rule about the table.
  bool passed = true;
  std::int64_t unexpected = 0;  ///< Rows that break it.
  std::int64_t considered = 0;
  std::vector<std::string> examples;  ///< Up to five values that break it.
  std::string sentence;               ///< What was expected and, for a rule about the table, what was found.
};

struct Verdict {
  bool passed = true;
  std::int64_t rows = 0;
  std::vector<RuleVerdict> rules;

  Json ToJson() const;
  /// The failing rules in one sentence, or "".
  std::string Failures() const;
};

/// Checks every rule of the contract in one pass over the file's rows and reports all that fail (their
/// examples take another look at the file). A rule that cannot be evaluated, such as a pattern that is no
/// regular expression, fails. `now` is what freshness is measured against. Errors are those of reading.
///
/// A CSV field counts as the text that was written: "" and NA are missing, and what reads as a number is one.
/// In other formats a number does not pass for a text. NaN is missing; a boolean is true, false, 1 or 0; a
/// time is ISO 8601 or a whole number. Per value the verdict is that of Contract::Violation.
Result<Verdict> Check(tables::Engine& engine, const std::string& file, const Contract& contract, TimeMs now);

}  // namespace cairn::contract
