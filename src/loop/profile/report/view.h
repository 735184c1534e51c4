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
  std::int64_t far_out = 0;  ///< Rows far outside and apart from all others (docs/profile-report.md).
  Json figures, reference;

  /// Whether no value may be shown.
  bool Masks() const { return !personal.empty(); }
};

}  // namespace cairn::profile
