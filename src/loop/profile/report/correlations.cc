#include "loop/profile/report/correlations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loop/profile/descriptive.h"
#include "loop/profile/report/association.h"
#include "loop/profile/report/figures.h"

namespace cairn::profile {
namespace {

constexpr std::size_t kMostLevels = 100;

/// A symmetric matrix with ones on its diagonal.
class Matrix {
 public:
  explicit Matrix(std::size_t size) : size_(size), cells_(size * size, 1.0) {}
  void Set(std::size_t a, std::size_t b, double value) {
    cells_[a * size_ + b] = cells_[b * size_ + a] = value;
  }
  Json ToJson() const {
    Json rows = Json::Array();
    for (std::size_t a = 0; a < size_; ++a) {
      Json row = Json::Array();
      for (std::size_t b = 0; b < size_; ++b) row.Push(Defined(cells_[a * size_ + b]));
      rows.Push(std::move(row));
    }
    return rows;
  }

 private:
  std::size_t size_;
  std::vector<double> cells_;
};

/// Calls `measure(a, b)` for every two, in parallel.
template <class Measure>
Matrix Filled(std::size_t size, Crew& crew, const Measure& measure) {
  Matrix matrix(size);
  crew.ForEach(size, [&](std::size_t i) {
    const std::size_t a = size - 1 - i;  // The longest row first.
    for (std::size_t b = 0; b <= a; ++b) matrix.Set(a, b, measure(a, b));
  });
  return matrix;
}

struct OrderedColumn {
  std::vector<double> values;
  std::vector<std::uint32_t> order;
};

Json NumberMatrices(Table& table, Crew& crew) {
  Json names = Json::Array();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < table.correlated.size() && places.size() < kMostInMatrix; ++i) {
    if (table.columns[table.correlated[i]].Distinct().count < 2) continue;
    places.push_back(i);
    names.Push(table.columns[table.correlated[i]].name());
  }
  std::vector<OrderedColumn> ordered(places.size());
  crew.ForEach(places.size(), [&](std::size_t i) {
    const std::size_t index = table.correlated[places[i]];
    SampledColumn column(table, table.columns[index], index);
    ordered[i].values = std::move(column.numbers);
    ordered[i].order = AscendingOrder(ordered[i].values);
  });
  const Matrix pearson = Filled(places.size(), crew, [&](std::size_t a, std::size_t b) {
    return table.co_moments.Pearson(places[a], places[b]);
  });
  const Matrix spearman = Filled(places.size(), crew, [&](std::size_t a, std::size_t b) {
    return SpearmanOrdered(ordered[a].values, ordered[a].order, ordered[b].values, ordered[b].order);
  });
  return Json{{"columns", std::move(names)}, {"pearson", pearson.ToJson()}, {"spearman", spearman.ToJson()}};
}

Json CategoryMatrix(Table& table, Crew& crew) {
  Json names = Json::Array();
  std::vector<std::vector<std::int32_t>> codes;
  for (std::size_t i = 0; i < table.columns.size() && codes.size() < kMostInMatrix; ++i) {
    Column& column = table.columns[i];
    if (!column.texts() || column.Distinct().count < 2 ||
        column.Distinct().count > static_cast<std::int64_t>(kMostLevels))
      continue;
    codes.push_back(SampledColumn(table, column, i).codes);
    names.Push(column.name());
  }
  const Matrix matrix = Filled(codes.size(), crew, [&](std::size_t a, std::size_t b) {
    const auto found = CramersV(codes[a], codes[b]);
    return found ? *found : std::numeric_limits<double>::quiet_NaN();
  });
  return Json{{"columns", std::move(names)}, {"cramers_v", matrix.ToJson()}};
}

}  // namespace

Json CorrelationsOf(Table& table, Crew& crew) {
  return Json{{"numbers", NumberMatrices(table, crew)}, {"categories", CategoryMatrix(table, crew)}};
}

}  // namespace cairn::profile
