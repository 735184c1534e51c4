#include "loop/contract/queries/likeness.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/comparison/comparison.h"
#include "loop/contract/scan/cell_table.h"
#include "loop/contract/scan/figures.h"
#include "loop/contract/scan/layout.h"

namespace cairn::contract {
namespace {

/// A column's values, as the comparison takes them.
struct Sample {
  std::vector<double> numbers;
  comparison::CategoryCounts categories;
};

bool IsNumeric(const ColumnRule* rule) {
  return rule && (rule->type == ColumnType::Integer || rule->type == ColumnType::Number);
}

Result<Sample> Read(const Likeness& likeness, const std::vector<std::string>& files, bool numeric) {
  const Layout layout = CAIRN_TRY(Layout::Of(likeness.engine, files, likeness.contract, {likeness.column}));
  if (layout.columns().empty())
    return Error{Reason::Unprocessable, "'" + files.front() + "' has no column '" + likeness.column + "'"};
  Sample sample;
  CellTable table(layout, layout.All());
  tables::Limits limits;
  limits.stop = likeness.stop;
  CAIRN_TRY(likeness.engine.Scan(
      layout.Select(layout.All()),
      [&](const tables::Chunk& chunk) -> Result<> {
        table.Begin(chunk, 0);
        for (const Cell& cell : table.CellsOf(0)) {
          if (!cell.IsProper()) continue;
          if (numeric)
            sample.numbers.push_back(cell.Measure());
          else
            ++sample.categories[PlainText(cell)];
        }
        return Done{};
      },
      {}, limits));
  return sample;
}

/// Counts that the contract itself keeps, beside the sample's over the same bins.
Result<comparison::PairedCounts> Paired(const Json& counts, const Sample& sample, bool numeric) {
  comparison::PairedCounts paired;
  if (numeric) {
    std::vector<double> edges;
    for (const Json& edge : counts.At("edges").items()) edges.push_back(edge.AsDouble());
    for (const Json& count : counts.At("counts").items()) paired.reference.push_back(count.AsInt());
    paired.current = comparison::CountOver(edges, sample.numbers, comparison::Outside::ToEndBins);
    return paired;
  }
  comparison::CategoryCounts reference;
  for (const auto& [value, count] : counts.At("values").members()) reference[value] = count.AsInt();
  return comparison::Align(reference, sample.categories);
}

}  // namespace

Result<Finding> Liken(const Likeness& likeness, const LikeOther& test) {
  const ColumnRule* rule = likeness.contract.Find(likeness.column);
  const bool counted = !test.other.counts.IsNull();
  const bool numeric = counted ? test.other.counts.Find("edges") != nullptr : IsNumeric(rule);
  comparison::DriftSettings settings;
  if (!test.method.empty()) settings.method = CAIRN_TRY(comparison::MethodNamed(test.method));
  settings.threshold = test.threshold;
  const Sample current = CAIRN_TRY(Read(likeness, likeness.files, numeric));
  comparison::Drift drift;
  if (counted) {
    drift = CAIRN_TRY(
        comparison::CompareCounts(CAIRN_TRY(Paired(test.other.counts, current, numeric)), settings));
  } else {
    const Sample reference = CAIRN_TRY(Read(likeness, likeness.others, numeric));
    const auto kind = rule && rule->type == ColumnType::Integer ? comparison::NumberKind::Whole
                                                                : comparison::NumberKind::Real;
    drift =
        numeric
            ? CAIRN_TRY(comparison::CompareNumbers(reference.numbers, current.numbers, kind, settings))
            : CAIRN_TRY(comparison::CompareCategories(reference.categories, current.categories, settings));
  }
  Finding finding;
  finding.considered = drift.current_rows;
  finding.figure = drift.score;
  finding.holds = !drift.drifted;
  finding.remark = std::string(comparison::NameOf(drift.method)) + " is " + ShortestText(drift.score) +
                   ", the threshold " + ShortestText(drift.threshold);
  return finding;
}

}  // namespace cairn::contract
