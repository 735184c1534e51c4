#pragma once

#include <string_view>
#include <unordered_map>

#include "ground/vocabulary/result.h"
#include "loop/serving/service.h"
#include "loop/serving/versions/loaded_version.h"

namespace cairn::serving {

/// The same contract that data is checked by when it is added, applied to a request's rows. Plain after
/// construction; safe from any thread.
class InputRules {
 public:
  /// The settings must outlive it.
  explicit InputRules(const Settings& settings);

  /// Unprocessable that names the first column, and the row, which breaks the contract: a value it does not
  /// allow, a column that is no input, and one that neither it nor `version` (may be null) knows.
  Result<> Check(const Question& question, const LoadedVersion* version) const;

 private:
  const bool active_;
  std::unordered_map<std::string_view, const contract::ColumnRule*> rules_;
};

/// InvalidArgument when columns differ in length, one is given twice, or the id cannot be one.
Result<> CheckForm(const Question& question);

}  // namespace cairn::serving
