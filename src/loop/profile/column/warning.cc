#include "loop/profile/column/warning.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::profile {
namespace {

constexpr double kMostlyMissing = 0.5;
constexpr double kLeak = 0.98;
constexpr double kLeakingAuc = 0.995;
constexpr double kIdentifier = 0.95;
constexpr double kRare = 0.05;
/// Below this many rows chance alone makes columns look like leaks or names.
constexpr std::int64_t kEnoughRows = 30;

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%", share * 100);
  return text;
}

std::string Rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

/// "" unless the column tells the target nearly by itself.
std::string LeakIn(const ProfiledColumn& column, const Association& association, std::int64_t present) {
  if (static_cast<std::int64_t>(column.rows()) < kEnoughRows) return "";
  if (std::max(association.auc, 1 - association.auc) >= kLeakingAuc && present >= kEnoughRows) {
    return "it separates the two classes almost perfectly (area under the ROC curve " +
           Rounded(association.auc) + ")";
  }
  // A category with hardly any row per level goes with everything.
  const bool told =
      column.kind != ColumnKind::Category || present >= 10 * static_cast<std::int64_t>(column.levels.size());
  if (std::fabs(association.value) >= kLeak && told && present >= kEnoughRows)
    return "its association with the target is " + Rounded(association.value);
  if (association.missing >= kLeak)
    return "whether it is missing tells the target (association " + Rounded(association.missing) + ")";
  return "";
}

/// Rows of a text column that read as numbers.
std::int64_t NumericRows(const ProfiledColumn& column) {
  std::int64_t rows = 0;
  for (const auto& [level, count] : column.Counts(0)) rows += ParseDouble(Trim(level)) ? count : 0;
  return rows;
}

std::optional<Warning> MixedTypes(const ProfiledColumn& column, const contract::ColumnRule* rule,
                                  std::int64_t present) {
  if (column.type != "string" || present == 0) return std::nullopt;
  const std::int64_t numeric = NumericRows(column);
  const bool wants_number =
      rule && (rule->type == contract::ColumnType::Integer || rule->type == contract::ColumnType::Number);
  const bool mostly_numbers = !rule && numeric < present && 2 * numeric >= present;
  if (!wants_number && !mostly_numbers) return std::nullopt;
  return Warning{"mixed_types", column.name, present - numeric,
                 WithThousands(present - numeric) + " of " + WithThousands(present) +
                     " values are no numbers, the others are"};
}

}  // namespace

Json Warning::ToJson() const {
  return Json{{"kind", kind}, {"column", column}, {"rows", rows}, {"sentence", sentence}};
}

std::vector<Warning> WarningsOf(const ProfiledColumn& column, const contract::ColumnRule* rule,
                                const std::optional<Association>& association) {
  std::vector<Warning> warnings;
  const auto rows = static_cast<std::int64_t>(column.rows()), present = rows - column.missing,
             distinct = column.Distinct();
  const auto warn = [&](std::string kind, std::int64_t count, std::string sentence) {
    warnings.push_back({std::move(kind), column.name, count, std::move(sentence)});
  };
  if (association) {
    if (const std::string leak = LeakIn(column, *association, present); !leak.empty()) {
      warn("leak", present, "possible leak: " + leak + "; will it be known when the prediction is made?");
    }
  }
  if (rows > 0 && distinct <= 1) {
    warn("constant", present,
         distinct == 0 ? "it has no value at all"
                       : "it has the same value in all " + WithThousands(present) + " rows that have one");
  } else if (rows > 0 && static_cast<double>(column.missing) >= kMostlyMissing * static_cast<double>(rows)) {
    warn("mostly_missing", column.missing,
         Percent(static_cast<double>(column.missing) / static_cast<double>(rows)) +
             " of its values are missing");
  }
  if (auto mixed = MixedTypes(column, rule, present)) warnings.push_back(*std::move(mixed));
  const bool names =
      column.kind == ColumnKind::Category || (column.kind == ColumnKind::Number && column.whole);
  if (association && names && present >= kEnoughRows &&
      static_cast<double>(distinct) >= kIdentifier * static_cast<double>(present)) {
    warn("identifier", distinct,
         WithThousands(distinct) + " different values in " + WithThousands(present) +
             " rows: it names rows rather than describing them");
  }
  return warnings;
}

std::vector<Warning> WarningsOf(std::int64_t rows, std::int64_t duplicates,
                                const comparison::CategoryCounts& classes, const std::string& target) {
  std::vector<Warning> warnings;
  if (duplicates > 0) {
    warnings.push_back({"duplicates", "", duplicates,
                        WithThousands(duplicates) + " of " + WithThousands(rows) +
                            " rows repeat an earlier row in every column"});
  }
  for (const auto& [value, count] : classes) {
    if (classes.size() < 2 || static_cast<double>(count) >= kRare * static_cast<double>(rows)) continue;
    warnings.push_back({"imbalance", target, count,
                        "only " + Percent(static_cast<double>(count) / static_cast<double>(rows)) +
                            " of the rows have the value " + value});
  }
  return warnings;
}

}  // namespace cairn::profile
