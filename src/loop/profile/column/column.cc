#include "loop/profile/column/column.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ground/vocabulary/text.h"
#include "loop/comparison/histogram.h"
#include "loop/profile/descriptive.h"

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kGridSteps = 500;

ColumnKind KindOf(tables::Type type) {
  switch (type) {
    case tables::Type::Int:
    case tables::Type::Double:
      return ColumnKind::Number;
    case tables::Type::Time:
      return ColumnKind::Time;
    case tables::Type::Bool:
    case tables::Type::Text:
      return ColumnKind::Category;
  }
  return ColumnKind::Category;
}

std::string_view TypeName(tables::Type type) {
  switch (type) {
    case tables::Type::Int:
      return "integer";
    case tables::Type::Double:
      return "number";
    case tables::Type::Time:
      return "timestamp";
    case tables::Type::Bool:
      return "boolean";
    case tables::Type::Text:
      return "string";
  }
  return "string";
}

using Ranked = std::vector<std::pair<std::string, std::int64_t>>;

/// Most rows first, equal ones by name.
Ranked Rank(const comparison::CategoryCounts& counts) {
  Ranked ranked(counts.begin(), counts.end());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return ranked;
}

Json TopOf(const comparison::CategoryCounts& counts, std::size_t most) {
  Json top = Json::Array();
  const Ranked ranked = Rank(counts);
  for (std::size_t i = 0; i < std::min(most, ranked.size()); ++i) {
    top.Push(Json{{"value", ranked[i].first}, {"rows", ranked[i].second}});
  }
  return top;
}

template <class Number>
Json ListOf(const std::vector<Number>& numbers) {
  Json list = Json::Array();
  for (const Number number : numbers) list.Push(number);
  return list;
}

void AddNumberFigures(const ProfiledColumn& column, Json& figures) {
  const auto summary = SummarizeNumbers(column.numbers);
  Json quantiles = Json::Object(), histogram;
  if (summary) {
    for (const auto& [level, value] : summary->quantiles) quantiles.Set(ShortestText(level), Defined(value));
    const auto bins = comparison::SturgesHistogram(
        column.numbers, column.whole ? comparison::NumberKind::Whole : comparison::NumberKind::Real);
    if (bins) histogram = Json{{"edges", ListOf(bins->edges)}, {"counts", ListOf(bins->counts)}};
  }
  const auto figure = [&](double NumberSummary::*member) {
    return summary ? Defined((*summary).*member) : Json();
  };
  figures
      .Set("infinite", std::count_if(column.numbers.begin(), column.numbers.end(),
                                     [](double x) { return std::isinf(x); }))
      .Set("min", figure(&NumberSummary::min))
      .Set("max", figure(&NumberSummary::max))
      .Set("mean", figure(&NumberSummary::mean))
      .Set("median", figure(&NumberSummary::median))
      .Set("std", figure(&NumberSummary::deviation))
      .Set("skewness", figure(&NumberSummary::skewness))
      .Set("quantiles", std::move(quantiles))
      .Set("histogram", std::move(histogram))
      .Set("top", TopOf(column.Counts(kFewValues), kFewValues));
}

}  // namespace

ProfiledColumn::ProfiledColumn(const tables::Field& field)
    : name(field.name),
      kind(KindOf(field.type)),
      whole(field.type == tables::Type::Int || field.type == tables::Type::Time),
      type(TypeName(field.type)) {}

std::int32_t ProfiledColumn::CodeOf(std::string_view level) {
  const auto [found, fresh] =
      known_.try_emplace(std::string(level), static_cast<std::int32_t>(levels.size()));
  if (fresh) levels.emplace_back(level);
  return found->second;
}

void ProfiledColumn::Take(const tables::Chunk& chunk, std::size_t column) {
  const tables::Type held = chunk.fields()[column].type;
  for (std::size_t row = 0; row < chunk.rows(); ++row) {
    const bool null = chunk.IsNull(column, row);
    if (kind == ColumnKind::Category) {
      if (null) {
        codes.push_back(-1);
      } else {
        codes.push_back(CodeOf(held == tables::Type::Bool ? (chunk.Bools(column)[row] ? "true" : "false")
                                                          : chunk.Text(column, row)));
      }
    } else if (null) {
      numbers.push_back(kNan);
    } else {
      numbers.push_back(held == tables::Type::Time ? static_cast<double>(chunk.Times(column)[row])
                                                   : chunk.Doubles(column)[row]);
    }
    const bool none = null || (kind != ColumnKind::Category && std::isnan(numbers.back()));
    missing += none ? 1 : 0;
  }
}

std::int64_t ProfiledColumn::Distinct() const {
  if (kind == ColumnKind::Category) return static_cast<std::int64_t>(levels.size());
  std::vector<double> sorted;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(sorted),
               [](double x) { return !std::isnan(x); });
  std::sort(sorted.begin(), sorted.end());
  return std::unique(sorted.begin(), sorted.end()) - sorted.begin();
}

std::vector<std::int32_t> ProfiledColumn::Codes(std::size_t most) const {
  if (kind == ColumnKind::Category) return levels.size() <= most ? codes : std::vector<std::int32_t>();
  std::unordered_map<double, std::int32_t> known;
  std::vector<std::int32_t> coded;
  coded.reserve(numbers.size());
  for (const double number : numbers) {
    if (std::isnan(number)) {
      coded.push_back(-1);
      continue;
    }
    coded.push_back(known.try_emplace(number, static_cast<std::int32_t>(known.size())).first->second);
    if (known.size() > most) return {};
  }
  return coded;
}

comparison::CategoryCounts ProfiledColumn::Counts(std::size_t most) const {
  comparison::CategoryCounts counts;
  if (kind == ColumnKind::Category) {
    std::vector<std::int64_t> rows_of(levels.size());
    for (const auto code : codes) {
      if (code >= 0) ++rows_of[static_cast<std::size_t>(code)];
    }
    for (std::size_t i = 0; i < levels.size(); ++i) counts.emplace(levels[i], rows_of[i]);
    return counts;
  }
  std::unordered_map<double, std::int64_t> rows_of;
  for (const double number : numbers) {
    if (!std::isnan(number)) ++rows_of[number];
    if (rows_of.size() > most) return {};
  }
  for (const auto& [number, count] : rows_of) counts.emplace(ShortestText(number), count);
  return counts;
}

Json Defined(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json FiguresOf(const ProfiledColumn& column) {
  Json figures{{"name", column.name},
               {"kind", column.kind == ColumnKind::Category ? "category"
                        : column.kind == ColumnKind::Time   ? "time"
                                                            : "number"},
               {"type", column.type},
               {"rows", column.rows()},
               {"missing", column.missing},
               {"distinct", column.Distinct()}};
  if (column.kind != ColumnKind::Category) {
    AddNumberFigures(column, figures);
    return figures;
  }
  const comparison::CategoryCounts counts = column.Counts(0);
  figures.Set("entropy_bits", SummarizeCategories(counts, column.missing).entropy_bits)
      .Set("top", TopOf(counts, 10));
  return figures;
}

namespace {

Json LevelsOf(const comparison::CategoryCounts& counts) {
  Json levels = Json::Object();
  const Ranked ranked = Rank(counts);
  for (std::size_t i = 0; i < std::min(kKeptLevels, ranked.size()); ++i)
    levels.Set(ranked[i].first, ranked[i].second);
  return levels;
}

Json NumberReference(const ProfiledColumn& column) {
  const std::vector<double> sorted = comparison::SortedFinite(column.numbers);
  const auto rows = static_cast<double>(sorted.size());
  Json reference{
      {"kind", "number"}, {"whole", column.whole}, {"rows", sorted.size()}, {"missing", column.missing}};
  const auto bins = comparison::SturgesHistogram(
      sorted, column.whole ? comparison::NumberKind::Whole : comparison::NumberKind::Real);
  reference.Set("edges", ListOf(bins ? bins->edges : std::vector<double>()));
  reference.Set("counts", ListOf(bins ? bins->counts : std::vector<std::int64_t>()));
  Json grid = Json::Array();
  if (!sorted.empty()) {
    const auto summary = SummarizeNumbers(sorted);
    const double deviation = sorted.size() < 2 ? 0 : summary->deviation * std::sqrt((rows - 1) / rows);
    reference.Set("min", sorted.front())
        .Set("max", sorted.back())
        .Set("mean", summary->mean)
        .Set("std", deviation);
    for (int step = 0; step <= kGridSteps; ++step)
      grid.Push(Quantile(sorted, static_cast<double>(step) / kGridSteps));
  }
  reference.Set("grid", std::move(grid));
  const comparison::CategoryCounts few = column.Counts(kFewValues);
  return reference.Set("levels", few.empty() ? Json() : LevelsOf(few));
}

}  // namespace

Json ReferenceOf(const ProfiledColumn& column) {
  if (column.kind != ColumnKind::Category) return NumberReference(column);
  const Ranked ranked = Rank(column.Counts(0));
  std::int64_t others = 0;
  for (std::size_t i = kKeptLevels; i < ranked.size(); ++i) others += ranked[i].second;
  return Json{{"kind", "category"},
              {"rows", static_cast<std::int64_t>(column.rows()) - column.missing},
              {"missing", column.missing},
              {"levels", LevelsOf(column.Counts(0))},
              {"others", others}};
}

}  // namespace cairn::profile
