#pragma once

#include <optional>
#include <string>
#include <variant>

#include "ground/vocabulary/json.h"
#include "loop/comparison/policy.h"
#include "loop/data/table_comparison.h"

namespace cairn::data {

using ComparedColumn =
    std::variant<comparison::NumberColumn, comparison::CategoryColumn, comparison::TextColumn>;

/// What is known of one column before the table is concluded.
struct LookedAt {
  comparison::ColumnDrift drift;
  std::string type;
  Json picture;
  std::optional<double> error_bound = {};  ///< Of a column read off profiles.
  bool personal = false;                   ///< It points at persons: none of its values is told.
};

/// Scores and picture of a column.
LookedAt LookAt(const comparison::Policy& policy, const ComparedColumn& column);

/// What stands in a report beside its columns.
struct ReportFrame {
  std::string reference_name, current_name;
  std::int64_t reference_rows = 0, current_rows = 0;
  bool approximate = false;
  std::vector<std::string> missing_columns = {}, new_columns = {};
  Json left_out = Json::Array();
};

/// Concludes the table under the policy and writes the report (loop/data/table_comparison.h).
Json ReportOf(const comparison::Policy& policy, const ReportFrame& frame, std::vector<LookedAt> columns);

}  // namespace cairn::data
