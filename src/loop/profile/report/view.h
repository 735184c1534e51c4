#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/profile/report/association.h"
#include "loop/profile/report/meaning.h"
#include "loop/profile/report/personal_data.h"

namespace cairn::profile {

/// What the report says of one column, ready for the warnings too.
struct ColumnView {
  Column* column = nullptr;
  DistinctCount distinct;
  Meaning meaning;
  std::vector<PersonalData> personal;
  std::optional<Association> association;
  std::int64_t far_out = 0;  ///< Rows far outside: beyond three times the interquartile range, and robust z > 3.5.
  Json figures, reference;

  /// Whether no value may be shown.
  bool Masks() const { return !personal.empty(); }
};

}  // namespace cairn::profile
