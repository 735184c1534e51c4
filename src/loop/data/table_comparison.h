#pragma once

#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "loop/comparison/policy.h"

namespace cairn::data {

struct ComparisonSettings {
  comparison::Policy policy = {};
  std::vector<std::string> columns = {};  ///< Only these; none named = all of the current side.
  unsigned threads = 0;                   ///< 0 = one per processor.
};

/// One side of a comparison.
struct ComparedTable {
  std::string name;                ///< What it is called in the report.
  std::vector<std::string> files;  ///< CSV, Parquet or JSON lines, read as one table; patterns are allowed.
};

/// How a table differs from another one, column by column under a policy. Names are stable:
///
///   {"format": 1, "policy", "approximate": false, "level", "reference": {"name", "rows"}, "current": …,
///    "drifted", "drifted_columns", "unjudged_columns" (the statistic does not apply to their values: they
///    count as neither drifted nor calm), "compared_columns", "drifted_share" (of the judged ones),
///    "missing_columns": [names that only the reference has: the table has drifted then], "new_columns",
///    "left_out": [{"column", "why"}…] (times, which move on by themselves),
///    "columns": [{"column", "type": "number"|"category"|"text", "method", "shown" (its name for a person),
///                 "score" (null when the values could not be compared), "threshold", "drifted", "judged",
///                 "sentence",
///                 "reference": {"rows" (with a usable value), "missing"}, "current": …,
///                 where the policy has them: "p_value", "adjusted_p_value", "missing_p_value",
///                 "missing_adjusted_p_value", "share_moved", "shift", "words": [{"word", "reference_share",
///                 "current_share", "p_value"}…],
///                 "personal": true (profiles call it so on one side at least: no value is told, and the
///                 picture is null, or one of lengths),
///                 "picture": {"kind": "histogram", "edges", "reference", "current"} | {"kind": "bars",
///                 "labels", "reference", "current"} with rows per bin, or null}…]}
///
/// A column's type is that of the current side, as Evidently infers it; only under its own policy are whole
/// numbers of at most ten values categories. Values are exact. Each column is read and judged by itself, the
/// columns in parallel: what is held at once are the values of one column of both sides a thread. CSV and
/// JSON lines are first copied into the engine. Unprocessable or NotFound for files that cannot be read or a
/// column that is in neither table.
Result<Json> CompareTables(tables::Engine& engine, const ComparedTable& reference,
                           const ComparedTable& current, const ComparisonSettings& settings);

/// The same from the "reference" parts of two profiles (loop/profile/profile.h). Columns of few values and
/// categories that the profiles name completely compare exactly; the others carry "approximate": true and
/// "error_bound", by which the largest gap of the distribution functions (for categories, the total
/// variation) may be off. Such a column counts as at most 50,000 rows, so that what the profile has rounded
/// is never taken for a difference. Unprocessable for the nannyml policy, which needs the rows;
/// InvalidArgument for what is no profile.
Result<Json> CompareProfiles(const Json& reference, const Json& current, const ComparisonSettings& settings);

}  // namespace cairn::data
