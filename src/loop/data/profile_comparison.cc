#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "ground/vocabulary/text.h"
#include "loop/data/comparing/column_report.h"
#include "loop/data/table_comparison.h"

namespace cairn::data {
namespace {

using comparison::CategoryColumn;
using comparison::NumberColumn;
using comparison::Policy;

/// A column read off a grid of quantiles counts as at most so many rows: a gap of the grid's own size is far
/// from significant on them.
constexpr std::int64_t kMostRows = 50'000;
/// Columns whose values are all named are rebuilt up to so many rows.
constexpr std::int64_t kMostRebuilt = 1'000'000;

Error NoProfile(std::string_view what) {
  return Error{Reason::InvalidArgument, "this is no profile that can be compared: " + std::string(what) +
                                            "; write one with `cairn data profile`"};
}

/// One column of a profile's "reference" part.
struct Side {
  bool number = true;
  bool whole = false;
  std::int64_t rows = 0, missing = 0;
  std::vector<double> grid;  ///< Quantiles at even levels.
  std::vector<std::pair<std::string, std::int64_t>> levels;
  std::int64_t others = 0;
  bool complete = false;  ///< `levels` name every value.
};

Result<Side> SideOf(const std::string& name, const Json& column) {
  if (!column.IsObject() || !column.At("kind").IsString())
    return NoProfile("column '" + name + "' has no kind");
  Side side;
  side.number = column.Text("kind") != "category";
  side.whole = column.Bool("whole");
  side.rows = column.Int("rows");
  side.missing = column.Int("missing");
  side.others = column.Int("others");
  for (const Json& value : column.At("grid").items()) {
    if (!value.IsNumber())
      return NoProfile("the grid of column '" + name + "' holds something that is no number");
    side.grid.push_back(value.AsDouble());
  }
  for (const auto& [level, rows] : column.At("levels").members()) {
    if (!rows.IsInt() || rows.AsInt() < 0)
      return NoProfile("a level of column '" + name + "' has no number of rows");
    side.levels.emplace_back(level, rows.AsInt());
  }
  side.complete = column.At("levels").IsObject() && side.others == 0;
  if (side.number && side.rows > 0 && !side.complete && side.grid.size() < 2)
    return NoProfile("column '" + name + "' has neither levels nor quantiles");
  return side;
}

/// Values at the middles of `rows` even shares of the distribution.
std::vector<double> ReadOff(const std::vector<double>& grid, std::int64_t rows) {
  std::vector<double> values(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double position =
        (static_cast<double>(i) + 0.5) / static_cast<double>(rows) * static_cast<double>(grid.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const double share = position - static_cast<double>(below);
    values[i] = grid[below] + (grid[std::min(below + 1, grid.size() - 1)] - grid[below]) * share;
  }
  return values;
}

/// The values themselves, where the profile names them all; fewer in the same shares when they are very many.
Result<std::vector<double>> Rebuilt(const Side& side) {
  std::vector<double> values;
  const double scale = std::min(
      1.0, static_cast<double>(kMostRebuilt) / static_cast<double>(std::max<std::int64_t>(1, side.rows)));
  for (const auto& [level, rows] : side.levels) {
    const double value = CAIRN_TRY(ParseDouble(level));
    values.insert(values.end(), static_cast<std::size_t>(std::llround(scale * static_cast<double>(rows))),
                  value);
  }
  return values;
}

struct Rebuild {
  ComparedColumn column;
  std::optional<double> error_bound;
};

Result<Rebuild> NumbersOf(const std::string& name, const Side& reference, const Side& current,
                          Policy::Kind policy) {
  NumberColumn column;
  column.name = name;
  column.missing = {reference.missing, current.missing};
  column.kind =
      reference.whole && current.whole ? comparison::NumberKind::Whole : comparison::NumberKind::Real;
  const bool exact = (reference.complete || reference.rows == 0) && (current.complete || current.rows == 0);
  double bound = 0;
  const auto sample = [&](const Side& side) -> Result<comparison::Sample> {
    if (side.rows == 0) return comparison::Sample();
    if (exact) return comparison::Sample(CAIRN_TRY(Rebuilt(side)));
    if (side.grid.size() < 2) return comparison::Sample(CAIRN_TRY(Rebuilt(side)));
    bound += 1.0 / static_cast<double>(side.grid.size() - 1);
    return comparison::Sample(ReadOff(side.grid, std::min(side.rows, kMostRows)));
  };
  column.reference = CAIRN_TRY(sample(reference));
  column.current = CAIRN_TRY(sample(current));
  // Evidently takes whole numbers of few values for categories.
  constexpr std::size_t kWholeCategories = 10;
  if (policy != Policy::Kind::Evidently || !current.whole || !current.complete || current.missing > 0 ||
      current.levels.size() > kWholeCategories || column.reference.empty() || column.current.empty() ||
      !exact)
    return Rebuild{std::move(column), exact ? std::nullopt : std::optional(bound)};
  CategoryColumn categories{
      name, {}, CAIRN_TRY(comparison::CountPerValue(column.reference, column.current)), column.missing};
  categories.labels.resize(categories.counts.reference.size());
  std::set<double> values(column.reference.sorted().begin(), column.reference.sorted().end());
  values.insert(column.current.sorted().begin(), column.current.sorted().end());
  std::ranges::transform(values, categories.labels.begin(), [](double value) { return ShortestText(value); });
  return Rebuild{std::move(categories), std::nullopt};
}

Rebuild CategoriesOf(const std::string& name, const Side& reference, const Side& current) {
  CategoryColumn column{name, {}, {}, {reference.missing, current.missing}};
  std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [level, rows] : reference.levels) both[level].first = rows;
  for (const auto& [level, rows] : current.levels) both[level].second = rows;
  for (const auto& [level, rows] : both) {
    if (rows.first + rows.second == 0) continue;
    column.labels.emplace_back(level);
    column.counts.reference.push_back(rows.first);
    column.counts.current.push_back(rows.second);
  }
  const std::int64_t others = reference.others + current.others;
  if (others == 0) return {std::move(column), std::nullopt};
  column.labels.emplace_back("others");
  column.counts.reference.push_back(reference.others);
  column.counts.current.push_back(current.others);
  // What is not named may agree or differ wholly, and a level named on one side may lie among the others.
  const auto share = [](const Side& side) {
    return static_cast<double>(side.others) / static_cast<double>(std::max<std::int64_t>(1, side.rows));
  };
  return {std::move(column), std::min(1.0, share(reference) + share(current))};
}

Result<Rebuild> RebuildOf(const std::string& name, const Json& reference, const Json& current,
                          Policy::Kind policy) {
  const Side before = CAIRN_TRY(SideOf(name, reference)), after = CAIRN_TRY(SideOf(name, current));
  if (after.number && before.number) return NumbersOf(name, before, after, policy);
  return CategoriesOf(name, before, after);
}

/// A side's number of rows in a profile.
std::int64_t RowsOf(const Json& profile) { return profile.At("table").Int("rows"); }

std::string NameIn(const Json& profile) {
  std::string name = profile.Text("dataset", "profile");
  if (profile.Int("version") > 0) name += "@" + std::to_string(profile.Int("version"));
  return name;
}

/// Times move on by themselves.
bool IsTime(const Json& profile, const std::string& name) {
  for (const Json& column : profile.At("columns").items()) {
    if (column.Text("name") == name) return column.Text("kind") == "time";
  }
  return false;
}

bool IsPersonal(const Json& profile, const std::string& name) {
  for (const Json& column : profile.At("columns").items()) {
    if (column.Text("name") == name) return !column.At("personal").items().empty();
  }
  return false;
}

void KeepRows(comparison::ColumnDrift& drift, const Json& reference, const Json& current) {
  drift.reference_rows = reference.Int("rows");
  drift.current_rows = current.Int("rows");
}

}  // namespace

Result<Json> CompareProfiles(const Json& reference, const Json& current, const ComparisonSettings& settings) {
  const Policy& policy = settings.policy;
  if (policy.kind == Policy::Kind::Nannyml) {
    return Error{
        Reason::Unprocessable,
        "the nannyml policy judges chunks of rows, and profiles hold none: compare the files, or choose "
        "another policy"};
  }
  const Json &before = reference.At("reference"), &after = current.At("reference");
  if (!before.IsObject() || !after.IsObject()) return NoProfile("it has no member 'reference'");
  ReportFrame frame{NameIn(reference), NameIn(current), RowsOf(reference), RowsOf(current), true};
  const auto meant = [&](const std::string& name) {
    return settings.columns.empty() || std::ranges::find(settings.columns, name) != settings.columns.end();
  };
  for (const auto& name : settings.columns) {
    if (!before.Find(name) && !after.Find(name))
      return Error{Reason::Unprocessable, "neither profile has a column '" + name + "'"};
  }
  std::vector<LookedAt> looked;
  for (const auto& [name, column] : after.members()) {
    if (!meant(name)) continue;
    const Json* found = before.Find(name);
    if (found == nullptr) {
      frame.new_columns.push_back(name);
      continue;
    }
    if (IsTime(current, name)) {
      frame.left_out.Push(Json{{"column", name}, {"why", "times move on by themselves"}});
      continue;
    }
    const Rebuild rebuild = CAIRN_TRY(RebuildOf(name, *found, column, policy.kind));
    looked.push_back(LookAt(policy, rebuild.column));
    looked.back().error_bound = rebuild.error_bound;
    looked.back().personal = IsPersonal(reference, name) || IsPersonal(current, name);
    KeepRows(looked.back().drift, *found, column);
  }
  for (const auto& [name, column] : before.members()) {
    if (meant(name) && !after.Find(name)) frame.missing_columns.push_back(name);
  }
  return ReportOf(policy, frame, std::move(looked));
}

}  // namespace cairn::data
