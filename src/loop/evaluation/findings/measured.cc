#include "loop/evaluation/findings/measured.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/statistics/binary_sheet.h"
#include "loop/evaluation/statistics/class_sheet.h"
#include "loop/evaluation/statistics/number_sheet.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kRareClass = 20, kManyRows = 200'000;
constexpr int kReplicates = 1000, kReplicatesOfMany = 200;

template <class T>
std::vector<T> Picked(const std::vector<T>& from, std::span<const std::uint32_t> rows,
                      std::size_t width = 1) {
  std::vector<T> picked;
  if (from.empty()) return picked;
  picked.reserve(rows.size() * width);
  for (const std::uint32_t row : rows)
    for (std::size_t i = 0; i < width; ++i) picked.push_back(from[row * width + i]);
  return picked;
}

Result<std::unique_ptr<Sheet>> SheetOfTwo(std::span<const std::uint32_t> labels,
                                          const std::vector<double>& chances,
                                          std::span<const std::uint32_t> decided,
                                          const SuiteSettings& settings) {
  const std::vector<double> truth(labels.begin(), labels.end());
  const std::vector<double> scores =
      chances.empty() ? std::vector<double>(decided.begin(), decided.end()) : chances;
  return CAIRN_TRY(BinarySheet::Of({truth, scores}, {.threshold = settings.threshold,
                                                     .cost = settings.cost.value_or(CostMatrix()),
                                                     .probabilities = !chances.empty()}));
}

Result<std::unique_ptr<Sheet>> SheetOfNumbers(const Truth& truth, const Answers& answers,
                                              const SuiteSettings& settings,
                                              std::span<const std::uint32_t> rows) {
  const auto labels = Picked(truth.numbers, rows), predictions = Picked(answers.numbers, rows);
  NumberRows numbers{labels, predictions};
  std::vector<std::vector<double>> quantiles;
  for (const auto& quantile : answers.quantiles) quantiles.push_back(Picked(quantile.values, rows));
  for (std::size_t i = 0; i < quantiles.size(); ++i)
    numbers.quantiles.push_back({answers.quantiles[i].level, quantiles[i]});
  if (settings.suite == Suite::Forecasting) {
    const auto series = truth.in_time.empty() ? truth.numbers : Picked(truth.numbers, truth.in_time);
    numbers.naive_error = CAIRN_TRY(NaiveError(series, settings.season));
  }
  return CAIRN_TRY(NumberSheet::Of(numbers));
}

}  // namespace

Result<std::unique_ptr<Sheet>> SheetOf(const Truth& truth, const Answers& answers,
                                       const SuiteSettings& settings, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> every;
  if (rows.empty()) {
    every.resize(truth.rows());
    std::iota(every.begin(), every.end(), 0u);
    rows = every;
  }
  if (settings.suite != Suite::Classification) return SheetOfNumbers(truth, answers, settings, rows);
  const auto labels = Picked(truth.labels, rows), decided = Picked(answers.decided, rows);
  const auto chances = Picked(answers.chances, rows, truth.binary() ? 1 : truth.classes.size());
  if (truth.binary()) return SheetOfTwo(labels, chances, decided, settings);
  return CAIRN_TRY(ClassSheet::Of({truth.classes, labels, decided, chances}));
}

Drawing DrawingFor(const Sheet& sheet, const Truth& truth, std::span<const std::uint32_t> rows) {
  Drawing drawing;
  if (!truth.in_time.empty() && rows.empty()) {
    drawing.way = Drawing::Way::Blocks;
    for (const std::uint32_t row : truth.in_time) drawing.sequence.push_back(sheet.place_of()[row]);
    drawing.block = static_cast<std::size_t>(std::ceil(std::cbrt(static_cast<double>(sheet.rows()))));
    return drawing;
  }
  if (truth.labels.empty()) return drawing;
  std::vector<std::vector<std::uint32_t>> strata(truth.classes.size());
  for (std::size_t i = 0; i < sheet.rows(); ++i)
    strata[truth.labels[rows.empty() ? i : rows[i]]].push_back(sheet.place_of()[i]);
  std::erase_if(strata, [](const auto& places) { return places.empty(); });
  const bool rare =
      std::ranges::any_of(strata, [](const auto& places) { return places.size() < kRareClass; });
  if (!rare) return drawing;
  drawing.way = Drawing::Way::Strata;
  drawing.strata = std::move(strata);
  return drawing;
}

std::string_view NameOf(Drawing::Way way) {
  switch (way) {
    case Drawing::Way::Rows:
      return "rows";
    case Drawing::Way::Strata:
      return "strata";
    case Drawing::Way::Blocks:
      return "blocks";
  }
  return "rows";
}

ResamplingSettings ResamplingFor(const SuiteSettings& settings, std::size_t rows) {
  const int usual = rows > kManyRows ? kReplicatesOfMany : kReplicates;
  return {settings.replicates > 0 ? settings.replicates : usual, settings.confidence, settings.seed,
          settings.threads, settings.bca ? Ends::Bca : Ends::Percentile};
}

Json NumberOrNull(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json ToJson(std::span<const Figure> figures, std::span<const Estimate> estimates) {
  Json list = Json::Array();
  for (std::size_t i = 0; i < figures.size(); ++i) {
    list.Push(
        Json{{"name", figures[i].name},
             {"value", NumberOrNull(estimates[i].value)},
             {"low", NumberOrNull(estimates[i].low)},
             {"high", NumberOrNull(estimates[i].high)},
             {"standard_error", NumberOrNull(estimates[i].standard_error)},
             {"undefined", estimates[i].undefined},
             {"higher_is_better", figures[i].has_better_end ? Json(figures[i].higher_is_better) : Json()}});
  }
  return list;
}

Result<std::size_t> PlaceOf(std::string_view metric, std::span<const Figure> figures) {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (figures[i].name == metric && !figures[i].has_better_end)
      return Error{Reason::InvalidArgument,
                   "'" + std::string(metric) + "' has no better end, so it cannot be the figure that counts"};
    if (figures[i].name == metric) return i;
    known.push_back(figures[i].name);
  }
  return Error{Reason::InvalidArgument,
               "'" + std::string(metric) + "' is not measured here." + Suggestion(metric, known)};
}

}  // namespace cairn::evaluation
