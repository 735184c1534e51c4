#pragma once

#include <optional>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/contract/row_rules.h"
#include "loop/serving/service.h"
#include "loop/serving/versions/loaded_version.h"

namespace cairn::serving {

/// The same contract that data is checked by when it is added, applied to a request's rows. Plain after
/// construction; safe from any thread.
class InputRules {
 public:
  /// Checks nothing.
  InputRules() = default;
  /// InvalidArgument, naming the rule, for a contract with one that cannot be evaluated.
  static Result<InputRules> Of(const Settings& settings);

  /// Unprocessable that names the first column, and the row, which breaks the contract: a value it does not
  /// allow, a column that is no input, one that neither it nor `version` (may be null) knows, and columns
  /// that do not go together.
  Result<> Check(const Question& question, const LoadedVersion* version) const;

 private:
  /// The number of a column in the rules; none for one that only the model reads.
  Result<std::optional<std::size_t>> NumberOf(const std::string& column, const LoadedVersion* version) const;
  /// Of the column with that number.
  Result<> CheckValues(const std::string& name, std::size_t number, const Values& values) const;
  Result<> CheckRows(const Question& question, const std::vector<const Values*>& columns) const;

  std::optional<contract::RowRules> rules_;  ///< None: nothing is checked.
  std::vector<bool> served_;                 ///< Whether requests carry the column of that number.
};

/// InvalidArgument when columns differ in length, one is given twice, or the id cannot be one.
Result<> CheckForm(const Question& question);

}  // namespace cairn::serving
