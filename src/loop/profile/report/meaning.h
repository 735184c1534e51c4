#pragma once

#include <string>
#include <vector>

#include "loop/profile/column/column.h"
#include "loop/profile/report/personal_data.h"

namespace cairn::profile {

/// What a column seems to be, beyond the type it is stored as, and why that is thought.
struct Meaning {
  /// "empty", "constant", "boolean", "identifier", "nearly_unique", "categorical", "measure", "time",
  /// "date_text", "number_text", "mixed", "link", "free_text", "text".
  std::string name;
  std::string because;  ///< A clause that follows "because".
};
Meaning MeaningOf(Column& column, const DistinctCount& distinct);

/// The form in which most texts of a column are dates (an index into kDateForms), the day-first reading where
/// both fit; npos when fewer than 95 of 100 are.
std::size_t DateFormOf(const Column& column, Texts& texts);

}  // namespace cairn::profile
