#include "loop/data/comparing/picture.h"

#include <algorithm>
#include <numeric>

#include "ground/vocabulary/text.h"
#include "loop/comparison/counts.h"
#include "loop/comparison/histogram.h"

namespace cairn::data {
namespace {

constexpr std::int64_t kBins = 40;
constexpr std::int64_t kFewValues = 20;
constexpr std::size_t kBars = 12;
constexpr double kOuter = 0.005;

template <class Number>
Json ListOf(const std::vector<Number>& numbers) {
  Json list = Json::Array();
  for (const Number number : numbers) list.Push(number);
  return list;
}

Json Histogram(const comparison::Sample& reference, const comparison::Sample& current) {
  const double low = std::min(reference.Quantile(kOuter), current.Quantile(kOuter));
  const double high = std::max(reference.Quantile(1 - kOuter), current.Quantile(1 - kOuter));
  const auto edges = comparison::EvenEdges(low, high, kBins);
  const auto rows = [&](const comparison::Sample& side) {
    return ListOf(comparison::CountOver(edges, side.sorted(), comparison::Outside::ToEndBins));
  };
  return Json{{"kind", "histogram"},
              {"edges", ListOf(edges)},
              {"reference", rows(reference)},
              {"current", rows(current)}};
}

Json Bars(std::vector<std::string> labels, const std::vector<std::int64_t>& reference,
          const std::vector<std::int64_t>& current) {
  return Json{{"kind", "bars"},
              {"labels", Json::Array({labels.begin(), labels.end()})},
              {"reference", ListOf(reference)},
              {"current", ListOf(current)}};
}

}  // namespace

Json PictureOf(const comparison::NumberColumn& column) {
  if (column.reference.empty() || column.current.empty()) return {};
  const bool few = column.reference.Distinct(kFewValues) <= kFewValues &&
                   column.current.Distinct(kFewValues) <= kFewValues;
  const auto counts = few ? comparison::CountPerValue(column.reference, column.current)
                          : Result<comparison::PairedCounts>(comparison::PairedCounts{});
  if (!counts || counts->reference.empty() ||
      static_cast<std::int64_t>(counts->reference.size()) > kFewValues)
    return Histogram(column.reference, column.current);
  std::vector<double> values;
  std::ranges::set_union(column.reference.sorted(), column.current.sorted(), std::back_inserter(values));
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::vector<std::string> labels;
  for (const double value : values) labels.push_back(ShortestText(value));
  return Bars(labels, counts->reference, counts->current);
}

Json PictureOf(const comparison::CategoryColumn& column) {
  const auto& [reference, current] = column.counts;
  if (comparison::Total(reference) == 0 || comparison::Total(current) == 0) return {};
  std::vector<std::size_t> order(reference.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return reference[a] + current[a] > reference[b] + current[b];
  });
  std::vector<std::string> labels;
  std::vector<std::int64_t> before, after;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t bin = order[i];
    if (i > kBars) {
      before.back() += reference[bin];
      after.back() += current[bin];
      continue;
    }
    const bool others = i == kBars && order.size() > kBars + 1;
    labels.push_back(others ? std::to_string(order.size() - kBars) + " others" : column.labels[bin]);
    before.push_back(reference[bin]);
    after.push_back(current[bin]);
  }
  return Bars(labels, before, after);
}

Json PictureOf(const comparison::TextColumn& column) {
  const auto lengths = [](const comparison::TextTally& tally) {
    // A length stands for its share of at most a thousand rows: enough for a picture.
    std::vector<double> values;
    const double scale = std::min(1.0, 1000.0 / static_cast<double>(std::max<std::int64_t>(1, tally.rows())));
    double due = 0;
    for (const auto& [length, rows] : tally.lengths()) {
      for (due += scale * static_cast<double>(rows); due >= 1; due -= 1)
        values.push_back(static_cast<double>(length));
    }
    return values;
  };
  comparison::NumberColumn numbers{column.name, lengths(column.reference), lengths(column.current)};
  return PictureOf(numbers);
}

}  // namespace cairn::data
