#include "loop/evaluation/statistics/number_sheet.h"

#include <algorithm>
#include <numeric>

#include "ground/vocabulary/text.h"

namespace cairn::evaluation {
namespace {

constexpr double kLeastLabel = 0x1p-52;
enum Place : std::size_t { kMae, kRmse, kR2, kMedian, kMape, kSmape, kBias, kFurther };

Result<> CheckLength(std::string_view what, std::span<const double> values, std::size_t rows) {
  if (values.size() != rows) {
    return Error{Reason::InvalidArgument, std::to_string(values.size()) + " " + std::string(what) + " for " +
                                              std::to_string(rows) + " labels"};
  }
  const auto wrong = std::ranges::find_if_not(values, [](double value) { return std::isfinite(value); });
  if (wrong == values.end()) return Done{};
  return Error{Reason::InvalidArgument, "row " + std::to_string(wrong - values.begin() + 1) +
                                            " has no finite number among the " + std::string(what)};
}

Result<> Check(const NumberRows& rows) {
  if (rows.labels.empty()) return Error{Reason::Unprocessable, "there is no row to measure on"};
  CAIRN_TRY(CheckLength("labels", rows.labels, rows.labels.size()));
  CAIRN_TRY(CheckLength("predictions", rows.predictions, rows.labels.size()));
  double before = 0;
  for (const auto& quantile : rows.quantiles) {
    CAIRN_TRY(CheckLength("values of a quantile", quantile.values, rows.labels.size()));
    if (!(quantile.level > before && quantile.level < 1))
      return Error{Reason::InvalidArgument, "levels of quantiles must rise and lie between 0 and 1"};
    before = quantile.level;
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<NumberSheet>> NumberSheet::Of(const NumberRows& rows) {
  CAIRN_TRY(Check(rows));
  std::unique_ptr<NumberSheet> sheet(new NumberSheet());
  for (const char* name : {"mae", "rmse"}) sheet->figures_.push_back({name, false});
  sheet->figures_.push_back({"r2", true});
  for (const char* name : {"median_absolute_error", "mape", "smape"})
    sheet->figures_.push_back({name, false});
  sheet->figures_.push_back({"bias", true, false});
  sheet->Prepare(rows);
  return sheet;
}

void NumberSheet::Prepare(const NumberRows& rows) {
  const std::size_t count = rows.labels.size();
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  const auto error = [&](std::uint32_t row) { return rows.labels[row] - rows.predictions[row]; };
  std::ranges::stable_sort(order, {}, [&](std::uint32_t row) { return std::abs(error(row)); });
  place_of_.resize(count);
  Sum labels;
  for (const double label : rows.labels) labels.Add(label);
  shift_ = labels.Total() / static_cast<double>(count);
  for (std::size_t place = 0; place < count; ++place) {
    const std::uint32_t row = order[place];
    const double label = rows.labels[row], off = std::abs(error(row)),
                 both = std::abs(label) + std::abs(rows.predictions[row]);
    place_of_[row] = static_cast<std::uint32_t>(place);
    labels_.push_back(label - shift_);
    errors_.push_back(error(row));
    shares_.push_back(off / std::max(std::abs(label), kLeastLabel));
    symmetric_.push_back(both > 0 ? 2 * off / both : 0);
  }
  for (const auto& quantile : rows.quantiles) {
    figures_.push_back({"pinball[" + ShortestText(quantile.level) + "]", false});
    auto& losses = means_.emplace_back();
    for (const std::uint32_t row : order) {
      const double off = rows.labels[row] - quantile.values[row];
      losses.push_back(std::max(quantile.level * off, (quantile.level - 1) * off));
    }
  }
  if (rows.quantiles.size() > 1) {
    const auto &low = rows.quantiles.front(), &high = rows.quantiles.back();
    figures_.push_back(
        {"coverage[" + ShortestText(low.level) + ".." + ShortestText(high.level) + "]", true, false});
    auto& within = means_.emplace_back();
    for (const std::uint32_t row : order)
      within.push_back(rows.labels[row] >= low.values[row] && rows.labels[row] <= high.values[row] ? 1 : 0);
  }
  naive_error_ = rows.naive_error;
  if (naive_error_ > 0) figures_.push_back({"mase", false});
}

template <class WeightAt>
void NumberSheet::Pass(WeightAt weight_at, std::span<double> into) const {
  Sum off, squares, bias, label_sum, label_squares, shares, symmetric;
  std::vector<Sum> means(means_.size());
  double all = 0;
  for (std::size_t place = 0; place < rows(); ++place) {
    const double weight = static_cast<double>(weight_at(place)), error = errors_[place],
                 label = labels_[place];
    if (weight == 0) continue;
    all += weight;
    off.Add(weight * std::abs(error));
    squares.Add(weight * error * error);
    bias.Add(-weight * error);
    label_sum.Add(weight * label);
    label_squares.Add(weight * label * label);
    shares.Add(weight * shares_[place]);
    symmetric.Add(weight * symmetric_[place]);
    for (std::size_t i = 0; i < means.size(); ++i) means[i].Add(weight * means_[i][place]);
  }
  double seen = 0, lower = std::nan(""), upper = std::nan("");
  for (std::size_t place = 0; place < rows() && std::isnan(upper); ++place) {
    seen += static_cast<double>(weight_at(place));
    if (std::isnan(lower) && 2 * seen >= all) lower = std::abs(errors_[place]);
    if (2 * seen > all) upper = std::abs(errors_[place]);
  }
  const double spread = label_squares.Total() - label_sum.Total() * label_sum.Total() / all;
  into[kMae] = off.Total() / all;
  into[kRmse] = std::sqrt(squares.Total() / all);
  into[kR2] = spread > 0 ? 1 - squares.Total() / spread : squares.Total() == 0 ? 1 : 0;
  into[kMedian] = (lower + upper) / 2;
  into[kMape] = shares.Total() / all;
  into[kSmape] = symmetric.Total() / all;
  into[kBias] = bias.Total() / all;
  for (std::size_t i = 0; i < means.size(); ++i) into[kFurther + i] = means[i].Total() / all;
  if (naive_error_ > 0) into[kFurther + means.size()] = into[kMae] / naive_error_;
}

void NumberSheet::Measure(std::span<const Weight> weights, std::span<double> into) const {
  if (weights.empty())
    Pass([](std::size_t) { return std::int64_t{1}; }, into);
  else
    Pass([&](std::size_t place) { return static_cast<std::int64_t>(weights[place]); }, into);
}

Result<double> NaiveError(std::span<const double> series, std::size_t season) {
  if (season == 0 || series.size() <= season) {
    return Error{Reason::Unprocessable, "a series of " + std::to_string(series.size()) +
                                            " is too short for the naive forecast of a season of " +
                                            std::to_string(season)};
  }
  Sum sum;
  for (std::size_t i = season; i < series.size(); ++i) sum.Add(std::abs(series[i] - series[i - season]));
  if (sum.Total() == 0)
    return Error{Reason::Unprocessable,
                 "the series never changes from season to season, so MASE has no scale"};
  return sum.Total() / static_cast<double>(series.size() - season);
}

}  // namespace cairn::evaluation
