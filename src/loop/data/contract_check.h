#pragma once

#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/tables/source.h"
#include "loop/data/specification.h"

namespace cairn::data {

/// The verdict of one rule over a whole table.
struct RuleVerdict {
  std::string rule;    ///< "distance: range"
  std::string column;  ///< "" for a rule about the table.
  bool passed = true;
  std::int64_t unexpected = 0;  ///< Rows that break it.
  std::int64_t considered = 0;
  std::vector<std::string> examples;  ///< Up to five values that break it.
  std::string sentence;               ///< What was expected and what was found.
};

struct ContractVerdict {
  bool passed = true;
  std::int64_t rows = 0;
  std::vector<RuleVerdict> rules;

  Json ToJson() const;
  /// The failing rules in one sentence, or "".
  std::string Failures() const;
};

/// Checks every rule of the contract in one pass over the rows and reports all that fail. A rule that cannot be evaluated fails. Errors are those of reading the
/// source. `now` is what freshness is measured against.
Result<ContractVerdict> CheckContract(tables::Engine& engine, const tables::Source& source, const Contract& contract, TimeMs now);

}  // namespace cairn::data
