#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::contract {

/// Something to mend, or to think about, in a contract's text.
struct LintFinding {
  enum class Weight {
    Error,    ///< It cannot be read, or a rule cannot be evaluated or can never hold.
    Warning,  ///< It says something that nobody checks, or contradicts itself.
    Note      ///< It could say more.
  } weight = Weight::Error;
  std::string where;  ///< "contract.yaml:12:5"
  std::string sentence;
};
std::string_view NameOf(LintFinding::Weight weight);  ///< "error", "warning", "note"

/// Looks at an ODCS document by itself, all of its tables, without data. In the document's order as far as
/// places are known.
std::vector<LintFinding> Lint(std::string_view text, std::string_view file);

}  // namespace cairn::contract
