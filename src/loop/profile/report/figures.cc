#include "loop/profile/report/figures.h"

#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/comparison/histogram.h"
#include "loop/profile/report/time_figures.h"
#include "loop/profile/texts/personal.h"

namespace cairn::profile {
namespace {

constexpr int kGridSteps = 500;
constexpr double kLevels[] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
constexpr double kFence = 1.5, kFarFence = 3, kRobust = 3.5;
/// A normal distribution's standard deviation in median absolute deviations.
constexpr double kNormal = 1.482602218505602;
/// A bin each would be too many: a few enormous values among small whole numbers.
constexpr double kMostBins = 10'000;

using Ranked = std::vector<std::pair<std::string, std::int64_t>>;

comparison::NumberKind KindOf(const Column& column) {
  return column.whole() ? comparison::NumberKind::Whole : comparison::NumberKind::Real;
}

std::vector<double> EdgesOf(const Column& column, const Distribution& spread) {
  const auto& values = spread.values();
  if (values.empty() || !std::isfinite(values.back() - values.front())) return {};
  return comparison::SturgesEdges(values.front(), values.back(), spread.rows(), KindOf(column));
}

Json HistogramOf(const Column& column, const Distribution& spread) {
  const auto edges = EdgesOf(column, spread);
  if (edges.size() < 2 || static_cast<double>(edges.size()) > kMostBins) return Json();
  return Json{{"edges", ListOf(edges)}, {"counts", ListOf(spread.CountOver(edges))}};
}

/// The values that belong together: those beyond a fence that stand apart, behind a gap of `gap` at least, do
/// not. A long tail has none.
struct Inner {
  double least = 0, greatest = 0;
};
Inner InnerOf(const Distribution& spread, double low_fence, double high_fence, double gap) {
  const auto& values = spread.values();
  Inner inner{values.front(), values.back()};
  const auto above = std::upper_bound(values.begin(), values.end(), high_fence) - values.begin();
  for (auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(above, 1)); i < values.size(); ++i) {
    if (values[i] - values[i - 1] < gap) continue;
    inner.greatest = values[i - 1];
    break;
  }
  for (auto i = static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), low_fence) -
                                         values.begin());
       i-- > 0;) {
    if (i + 1 == values.size() || values[i + 1] - values[i] < gap) continue;
    inner.least = values[i + 1];
    break;
  }
  return inner;
}

/// A second histogram, without values so far away that they make the first one a single bar.
Json InnerHistogramOf(const Column& column, const Distribution& spread, const Inner& inner) {
  const std::int64_t outside =
      spread.RowsBelow(inner.least) + spread.rows() - spread.RowsUpTo(inner.greatest);
  if (outside == 0 || outside == spread.rows() || !std::isfinite(inner.greatest - inner.least)) return Json();
  const auto edges =
      comparison::SturgesEdges(inner.least, inner.greatest, spread.rows() - outside, KindOf(column));
  if (static_cast<double>(edges.size()) > kMostBins) return Json();
  return Json{{"edges", ListOf(edges)}, {"counts", ListOf(spread.CountOver(edges))}, {"outside", outside}};
}

Json OutliersOf(const Distribution& spread, ColumnView& view) {
  if (spread.rows() == 0) return Json();
  const double low = spread.Quantile(0.25), high = spread.Quantile(0.75), middle = spread.Quantile(0.5);
  const double range = high - low, scale = kNormal * spread.MedianDistance(middle);
  const auto outside = [&](double from, double to) {
    return std::pair(spread.RowsBelow(from), spread.rows() - spread.RowsUpTo(to));
  };
  const auto [below, above] = outside(low - kFence * range, high + kFence * range);
  Json outliers{{"iqr", Json{{"low", Defined(low - kFence * range)},
                             {"high", Defined(high + kFence * range)},
                             {"below", below},
                             {"above", above}}}};
  Json robust;
  Inner inner{spread.values().front(), spread.values().back()};
  if (scale > 0) {
    const auto [left, right] = outside(middle - kRobust * scale, middle + kRobust * scale);
    robust = Json{{"threshold", kRobust}, {"rows", left + right}};
    const double left_fence = std::min(low - kFarFence * range, middle - kRobust * scale);
    const double right_fence = std::max(high + kFarFence * range, middle + kRobust * scale);
    if (range > 0) inner = InnerOf(spread, left_fence, right_fence, 2 * range);
  }
  view.far_out = spread.RowsBelow(inner.least) + spread.rows() - spread.RowsUpTo(inner.greatest);
  view.figures.Set("inner_histogram", InnerHistogramOf(*view.column, spread, inner));
  return outliers.Set("robust_z", std::move(robust)).Set("far", view.far_out);
}

void AddNumberFigures(Column& column, const Distribution& spread, ColumnView& view) {
  const Moments& moments = column.numbers()->moments();
  Json quantiles = Json::Object();
  if (spread.rows() > 0) {
    for (const double level : kLevels) quantiles.Set(ShortestText(level), Defined(spread.Quantile(level)));
  }
  Numbers& numbers = *column.numbers();
  view.figures.Set("infinite", numbers.infinite())
      .Set("not_a_number", column.not_a_number())
      .Set("zeros", numbers.zeros())
      .Set("negatives", numbers.negatives())
      .Set("min", Defined(numbers.least()))
      .Set("max", Defined(numbers.greatest()))
      .Set("mean", Defined(moments.Mean()))
      .Set("median", Defined(spread.Quantile(0.5)))
      .Set("std", Defined(moments.Deviation()))
      .Set("skewness", Defined(moments.Skewness()))
      .Set("kurtosis", Defined(moments.Kurtosis()))
      .Set("quantiles", std::move(quantiles))
      .Set("histogram", HistogramOf(column, spread))
      .Set("outliers", column.kind() == ColumnKind::Number ? OutliersOf(spread, view) : Json());
  if (column.kind() != ColumnKind::Time) return;
  view.figures.Set("time", TimeFiguresOf(column));
  const auto& values = spread.values();
  const auto future = std::upper_bound(values.begin(), values.end(), static_cast<double>(column.now()));
  if (future == values.begin() || future == values.end()) return;
  view.figures.Set("inner_histogram", InnerHistogramOf(column, spread, {values.front(), *(future - 1)}));
}

Json TopOf(const ColumnView& view, const Ranked& ranked, std::size_t most) {
  Json top = Json::Array();
  for (std::size_t i = 0; i < std::min(most, ranked.size()); ++i) {
    const std::string shown = view.Masks() ? Masked(ranked[i].first) : ranked[i].first;
    top.Push(Json{{"value", shown}, {"rows", ranked[i].second}});
  }
  return top;
}

/// In bits; NaN when not every value's rows are known.
double EntropyOf(const Column& column, const Ranked& ranked) {
  double entropy = 0;
  for (const auto& [name, rows] : ranked) {
    const double share = static_cast<double>(rows) / static_cast<double>(column.present());
    entropy -= share * std::log2(share);
  }
  return entropy;
}

Json TextFiguresOf(Column& column) {
  Texts& texts = *column.texts();
  const Lengths& lengths = texts.lengths();
  const auto rows = static_cast<double>(std::max<std::int64_t>(lengths.rows, 1));
  Json edges = Json::Array(), counts = Json::Array();
  for (std::size_t i = 0; i < lengths.of_length.size(); ++i) {
    if (lengths.of_length[i] == 0) continue;
    edges.Push(i < 64 ? static_cast<std::int64_t>(i) : std::int64_t{64} << (i - 64));
    counts.Push(lengths.of_length[i]);
  }
  Json figures{
      {"min_length", lengths.rows == 0 ? Json() : Json(lengths.least)},
      {"mean_length", lengths.rows == 0 ? Json() : Json(static_cast<double>(lengths.characters) / rows)},
      {"max_length", lengths.rows == 0 ? Json() : Json(lengths.greatest)},
      {"mean_words", lengths.rows == 0 ? Json() : Json(static_cast<double>(lengths.words) / rows)},
      {"empty", texts.RowsMarked(kEmptyMark)},
      {"blank", texts.RowsMarked(kBlankMark)},
      {"padded", texts.RowsMarked(kPaddedMark)},
      {"control", texts.RowsMarked(kControlMark)},
      {"mojibake", texts.RowsMarked(kMojibakeMark)},
      {"lost", texts.RowsMarked(kLostMark)},
      {"numbers", texts.RowsMarkedAny(kNumberMark | kDressedMark)},
      {"lengths", Json{{"from", std::move(edges)}, {"rows", std::move(counts)}}}};
  if (const std::size_t form = DateFormOf(column, texts); form < kDateForms.size()) {
    const auto range = texts.DatesOf(form);
    figures.Set("dates", Json{{"form", kDateForms[form]},
                              {"rows", texts.RowsMarked(1U << (kDateShift + form))},
                              {"min", range ? Json(range->first) : Json()},
                              {"max", range ? Json(range->second) : Json()}});
  }
  return figures;
}

Json LevelsOf(const Ranked& ranked) {
  std::vector<Json::Member> levels;
  for (std::size_t i = 0; i < std::min(kKeptLevels, ranked.size()); ++i)
    levels.emplace_back(ranked[i].first, ranked[i].second);
  return Json::Object(std::move(levels));
}

Json NumberReference(Column& column, const Distribution& spread, const Ranked& ranked) {
  const auto edges = EdgesOf(column, spread);
  const bool drawn = edges.size() >= 2 && static_cast<double>(edges.size()) <= kMostBins;
  Json reference{
      {"kind", "number"}, {"whole", column.whole()}, {"rows", spread.rows()}, {"missing", column.missing()}};
  reference.Set("edges", drawn ? ListOf(edges) : Json::Array());
  reference.Set("counts", drawn ? ListOf(spread.CountOver(edges)) : Json::Array());
  Json grid = Json::Array();
  if (spread.rows() > 0) {
    const Moments& moments = column.numbers()->moments();
    const auto rows = static_cast<double>(spread.rows());
    reference.Set("min", spread.values().front())
        .Set("max", spread.values().back())
        .Set("mean", Defined(moments.Mean()))
        .Set("std",
             spread.rows() < 2 ? Json(0.0) : Defined(moments.Deviation() * std::sqrt((rows - 1) / rows)));
    for (int step = 0; step <= kGridSteps; ++step)
      grid.Push(spread.Quantile(static_cast<double>(step) / kGridSteps));
  }
  reference.Set("grid", std::move(grid));
  return reference.Set("levels", ranked.empty() ? Json() : LevelsOf(ranked));
}

Json CategoryReference(const Column& column, const ColumnView& view, const Ranked& ranked) {
  const std::int64_t present = column.present();
  std::int64_t listed = 0;
  if (!view.Masks()) {
    for (std::size_t i = 0; i < std::min(kKeptLevels, ranked.size()); ++i) listed += ranked[i].second;
  }
  return Json{{"kind", "category"},
              {"rows", present},
              {"missing", column.missing()},
              {"levels", view.Masks() ? Json::Object() : LevelsOf(ranked)},
              {"others", present - listed}};
}

void Withhold(ColumnView& view) {
  for (const char* name : {"min", "max", "median", "mean", "std"}) view.figures.Set(name, Json());
  view.figures.Set("quantiles", Json::Object())
      .Set("histogram", Json())
      .Set("inner_histogram", Json())
      .Set("outliers", Json())
      .Set("top", Json::Array());
}

}  // namespace

Json Defined(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Ranked RankedValues(Column& column, std::size_t most) {
  Ranked ranked;
  if (column.texts()) {
    for (auto& item : column.texts()->Top(most)) ranked.emplace_back(std::move(item.text), item.at_least);
    return ranked;
  }
  const Counted* counted = column.numbers()->Exact();
  if (!counted || counted->keys.size() > kFewValues) return ranked;
  for (std::size_t i = 0; i < counted->keys.size(); ++i) {
    const double value = column.whole() ? static_cast<double>(counted->keys[i]) : RealOf(counted->keys[i]);
    ranked.emplace_back(column.whole() ? std::to_string(counted->keys[i]) : ShortestText(value),
                        counted->RowsOf(i));
  }
  std::sort(ranked.begin(), ranked.end());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return ranked;
}

void Describe(Column& column, ColumnView& view) {
  view.column = &column;
  view.distinct = column.Distinct();
  view.personal = PersonalDataIn(column);
  view.meaning = MeaningOf(column, view.distinct);
  const Distribution spread = column.numbers() ? column.numbers()->Spread() : Distribution();
  const Ranked ranked = RankedValues(column, std::size_t{1} << 30);
  Json personal = Json::Array(), tags = Json::Array();
  if (view.Masks()) tags.Push("personal");
  for (const auto& data : view.personal) {
    personal.Push(data.ToJson(column.present()));
    tags.Push(NameOf(data.kind));
  }
  view.figures =
      Json{{"name", column.name()},
           {"kind", NameOf(column.kind())},
           {"type", column.type()},
           {"rows", column.rows()},
           {"missing", column.missing()},
           {"distinct", view.distinct.count},
           {"exact", column.exact()},
           {"errors", Json{{"distinct", view.distinct.standard_error},
                           {"rank", spread.rank_error()},
                           {"top", column.texts() ? column.texts()->top_error() : std::int64_t{0}}}},
           {"meaning", view.meaning.name},
           {"because", view.meaning.because},
           {"personal", std::move(personal)},
           {"tags", std::move(tags)}};
  if (column.texts()) {
    view.figures.Set("entropy_bits", column.exact() ? Json(EntropyOf(column, ranked)) : Json());
    view.figures.Set("text", column.type() == "boolean" ? Json() : TextFiguresOf(column));
  } else {
    AddNumberFigures(column, spread, view);
  }
  view.figures.Set("top", TopOf(view, ranked, column.texts() ? 10 : kFewValues));
  view.reference = column.texts() || view.Masks() ? CategoryReference(column, view, ranked)
                                                  : NumberReference(column, spread, ranked);
  if (column.numbers() && view.Masks()) Withhold(view);
}

}  // namespace cairn::profile
