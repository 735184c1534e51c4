#include "loop/evaluation/probe/encoding.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

namespace cairn::evaluation {
namespace {

constexpr std::size_t kMostLevels = 20;
constexpr std::int64_t kLeastRowsOfALevel = 5;
constexpr double kFarthest = 5;  ///< Standard deviations; one wild value must not carry the fit.

double CellOf(const EncodedColumn& column, const FeatureColumn& feature, std::uint32_t row) {
  if (column.kind == EncodedColumn::Kind::Level) return feature.categories[row] == column.level ? 1 : 0;
  const double number = feature.numbers[row];
  if (column.kind == EncodedColumn::Kind::Missing) return std::isfinite(number) ? 0 : 1;
  if (!std::isfinite(number)) return 0;
  const double scaled = std::clamp((number - column.mean) / column.deviation, -kFarthest, kFarthest);
  return column.kind == EncodedColumn::Kind::Square ? scaled * scaled - 1 : scaled;
}

void AddNumber(std::vector<EncodedColumn>& columns, std::size_t index, const FeatureColumn& feature,
               std::span<const std::uint32_t> train) {
  double rows = 0, sum = 0, squares = 0;
  for (const std::uint32_t row : train) {
    if (!std::isfinite(feature.numbers[row])) continue;
    rows += 1;
    sum += feature.numbers[row];
  }
  const double mean = rows > 0 ? sum / rows : 0;
  for (const std::uint32_t row : train) {
    if (std::isfinite(feature.numbers[row])) squares += std::pow(feature.numbers[row] - mean, 2);
  }
  using Kind = EncodedColumn::Kind;
  if (squares > 0) {
    const double deviation = std::sqrt(squares / rows);
    columns.push_back({Kind::Number, index, mean, deviation, ""});
    columns.push_back({Kind::Square, index, mean, deviation, ""});
  }
  if (rows > 0 && rows < static_cast<double>(train.size()))
    columns.push_back({Kind::Missing, index, 0, 1, ""});
}

void AddLevels(std::vector<EncodedColumn>& columns, std::size_t index, const FeatureColumn& feature,
               std::span<const std::uint32_t> train) {
  std::map<std::string_view, std::int64_t> counts;
  for (const std::uint32_t row : train) ++counts[feature.categories[row]];
  std::vector<std::pair<std::string_view, std::int64_t>> levels(counts.begin(), counts.end());
  std::stable_sort(levels.begin(), levels.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (levels.size() > kMostLevels) levels.resize(kMostLevels);
  for (const auto& [level, rows] : levels) {
    if (rows < kLeastRowsOfALevel || rows == static_cast<std::int64_t>(train.size())) continue;
    columns.push_back({EncodedColumn::Kind::Level, index, 0, 1, std::string(level)});
  }
}

/// |correlation| with the label over the training rows.
double Relevance(const EncodedColumn& column, const FeatureColumn& feature, std::span<const double> labels,
                 std::span<const std::uint32_t> train) {
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (const std::uint32_t row : train) {
    const double cell = CellOf(column, feature, row);
    x += cell;
    y += labels[row];
    xx += cell * cell;
    yy += labels[row] * labels[row];
    xy += cell * labels[row];
  }
  const auto rows = static_cast<double>(train.size());
  const double spread = (xx - x * x / rows) * (yy - y * y / rows);
  return spread > 0 ? std::fabs(xy - x * y / rows) / std::sqrt(spread) : 0;
}

}  // namespace

std::vector<EncodedColumn> LearnEncoding(std::span<const FeatureColumn> features,
                                         std::span<const double> labels, std::span<const std::uint32_t> train,
                                         std::size_t most) {
  std::vector<EncodedColumn> columns;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (features[i].numbers.empty()) {
      AddLevels(columns, i, features[i], train);
    } else {
      AddNumber(columns, i, features[i], train);
    }
  }
  if (columns.size() <= most) return columns;
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ranked.emplace_back(-Relevance(columns[i], features[columns[i].feature], labels, train), i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<EncodedColumn> kept;
  for (std::size_t i = 0; i < most; ++i) kept.push_back(columns[ranked[i].second]);
  return kept;
}

Design Encode(std::span<const EncodedColumn> encoding, std::span<const FeatureColumn> features,
              std::span<const std::uint32_t> rows) {
  Design design{encoding.size() + 1, {}};
  design.cells.reserve(rows.size() * design.columns);
  for (const std::uint32_t row : rows) {
    design.cells.push_back(1);
    for (const EncodedColumn& column : encoding)
      design.cells.push_back(CellOf(column, features[column.feature], row));
  }
  return design;
}

}  // namespace cairn::evaluation
