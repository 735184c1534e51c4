#include <algorithm>
#include <cmath>

#include "loop/evaluation/findings/measured.h"
#include "loop/evaluation/statistics/multiplicity.h"
#include "loop/evaluation/statistics/parity_sheet.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kMostValues = 50, kWindows = 10;
constexpr int kReplicatesOfPart = 300;

ResamplingSettings ResamplingOfPart(const SuiteSettings& settings, std::size_t rows) {
  auto resampling = ResamplingFor(settings, rows);
  if (settings.replicates == 0) resampling.replicates = std::min(resampling.replicates, kReplicatesOfPart);
  return resampling;
}

/// One slice beside the rows that are not in it.
struct Judged {
  Json shown;
  double p_value = std::nan("");
  bool lower_is_here = false;  ///< Whether the figure is worse here than on the rest.
};

/// The rest's figure is exact; its standard error is that of all rows, scaled to as many rows as it has.
void CompareWithRest(Judged& judged, const Estimate& here, std::span<const std::uint32_t> rows,
                     const Whole& whole) {
  std::vector<Weight> weights(whole.sheet.rows(), Weight{1});
  for (const std::uint32_t row : rows) weights[whole.sheet.place_of()[row]] = 0;
  const std::size_t others = weights.size() - rows.size();
  if (others == 0) return;
  std::vector<double> figures(whole.sheet.figures().size());
  whole.sheet.Measure(weights, figures);
  const double rest = figures[whole.metric],
               error = whole.estimates[whole.metric].standard_error *
                       std::sqrt(static_cast<double>(weights.size()) / static_cast<double>(others)),
               spread = std::hypot(here.standard_error, error), gap = here.value - rest;
  judged.shown.Set("rest", NumberOrNull(rest));
  const bool worse = whole.sheet.figures()[whole.metric].higher_is_better ? gap < 0 : gap > 0;
  judged.lower_is_here = worse;
  if (spread > 0) judged.p_value = 2 * NormalCdf(-std::abs(gap) / spread);
}

Result<Judged> JudgeSlice(const Truth& truth, const Answers& answers, const std::string& column,
                          const SliceRows& slice, const SuiteSettings& settings, const Whole& whole) {
  const auto sheet = CAIRN_TRY(SheetOf(truth, answers, settings, slice.rows));
  const bool large = static_cast<std::int64_t>(slice.rows.size()) >= settings.minimum_rows;
  Judged judged{
      Json{{"column", column}, {"value", slice.value}, {"rows", slice.rows.size()}, {"rest", Json()}}};
  std::vector<Estimate> estimates;
  if (large) {
    estimates = CAIRN_TRY(EstimatesOf(*sheet, DrawingFor(*sheet, truth, slice.rows),
                                      ResamplingOfPart(settings, slice.rows.size())));
  } else {
    for (const double value : sheet->Values())
      estimates.push_back({value, std::nan(""), std::nan(""), std::nan(""), 0});
  }
  const bool defined = std::isfinite(estimates[whole.metric].value);
  if (large && defined) CompareWithRest(judged, estimates[whole.metric], slice.rows, whole);
  judged.shown.Set("judged", large && defined).Set("figures", ToJson(sheet->figures(), estimates));
  return judged;
}

Result<Json> GroupsOf(const ParitySheet& sheet, const std::vector<SliceRows>& values) {
  Json groups = Json::Array();
  const auto rates = sheet.Rates();
  for (std::size_t i = 0; i < rates.size(); ++i) {
    groups.Push(Json{{"value", values[i].value},
                     {"rows", rates[i].rows},
                     {"positive_rate", NumberOrNull(rates[i].positive_rate)},
                     {"true_positive_rate", NumberOrNull(rates[i].true_positive_rate)},
                     {"false_positive_rate", NumberOrNull(rates[i].false_positive_rate)},
                     {"base_rate", NumberOrNull(rates[i].base_rate)},
                     {"mean_score", NumberOrNull(rates[i].mean_score)}});
  }
  return groups;
}

}  // namespace

Result<Json> SlicesJson(const Truth& truth, const Answers& answers, std::span<const SliceColumn> columns,
                        const SuiteSettings& settings, const Whole& whole) {
  std::vector<Judged> all;
  for (const SliceColumn& column : columns) {
    for (const SliceRows& slice : CAIRN_TRY(RowsByValue(column, truth.rows(), kMostValues)))
      all.push_back(CAIRN_TRY(JudgeSlice(truth, answers, column.name, slice, settings, whole)));
  }
  std::vector<double> p_values;
  for (const auto& one : all) p_values.push_back(one.p_value);
  const auto adjusted = HolmAdjusted(p_values);
  Json list = Json::Array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i]
        .shown.Set("p_value", NumberOrNull(p_values[i]))
        .Set("adjusted_p_value", NumberOrNull(adjusted[i]))
        .Set("worse", all[i].lower_is_here && adjusted[i] < 1 - settings.confidence);
    list.Push(std::move(all[i].shown));
  }
  return list;
}

Result<Json> FairnessJson(const Truth& truth, const Answers& answers, std::span<const SliceColumn> columns,
                          const SuiteSettings& settings) {
  Json list = Json::Array();
  if (!columns.empty() && !truth.binary())
    return Error{Reason::Unprocessable,
                 "gaps between groups are measured on two classes: name one with 'positive'"};
  const std::vector<double> labels(truth.labels.begin(), truth.labels.end());
  std::vector<double> decided(answers.decided.begin(), answers.decided.end());
  if (!answers.chances.empty()) {
    decided = answers.chances;
    for (double& score : decided) score = score >= settings.threshold ? 1 : 0;
  }
  for (const SliceColumn& column : columns) {
    const auto values = CAIRN_TRY(RowsByValue(column, truth.rows(), truth.rows()));
    std::vector<std::uint32_t> group(truth.rows());
    for (std::size_t g = 0; g < values.size(); ++g)
      for (const std::uint32_t row : values[g].rows) group[row] = static_cast<std::uint32_t>(g);
    const auto sheet = CAIRN_TRY(ParitySheet::Of({values.size(), group, labels, decided, answers.chances}));
    const auto estimates =
        CAIRN_TRY(EstimatesOf(*sheet, DrawingFor(*sheet, truth), ResamplingOfPart(settings, truth.rows())));
    list.Push(Json{{"column", column.name},
                   {"groups", CAIRN_TRY(GroupsOf(*sheet, values))},
                   {"figures", ToJson(sheet->figures(), estimates)}});
  }
  return list;
}

Result<Json> WindowsJson(const Truth& truth, const Answers& answers, const SuiteSettings& settings) {
  Json list = Json::Array();
  const std::size_t rows = truth.in_time.size(), windows = std::min(kWindows, rows / 2);
  for (std::size_t i = 0; i < windows; ++i) {
    const std::size_t from = rows * i / windows, to = rows * (i + 1) / windows;
    const auto within = std::span(truth.in_time).subspan(from, to - from);
    const auto sheet = CAIRN_TRY(SheetOf(truth, answers, settings, within));
    Json figures = Json::Object();
    const auto values = sheet->Values();
    for (std::size_t f = 0; f < values.size(); ++f)
      figures.Set(sheet->figures()[f].name, NumberOrNull(values[f]));
    list.Push(Json{{"from", truth.times[within.front()]},
                   {"to", truth.times[within.back()]},
                   {"rows", within.size()},
                   {"figures", std::move(figures)}});
  }
  return list;
}

}  // namespace cairn::evaluation
