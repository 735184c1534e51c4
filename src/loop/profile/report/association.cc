#include "loop/profile/report/association.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include "ground/vocabulary/text.h"
#include "loop/profile/descriptive.h"
#include "loop/profile/report/figures.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double Known(const Result<double>& value) { return value ? *value : kNan; }

}  // namespace

SampledColumn::SampledColumn(const Table& table, const Column& column, std::size_t index)
    : number(column.kind() != ColumnKind::Category) {
  const auto cells = table.sample.Cells(index);
  if (number) {
    for (const auto cell : cells) {
      numbers.push_back(std::bit_cast<double>(cell));
      missing = missing || std::isnan(numbers.back());
    }
    return;
  }
  std::unordered_map<std::uint64_t, std::int32_t> known;
  for (const auto cell : cells) {
    if (cell == 0) {
      codes.push_back(-1);
      missing = true;
      continue;
    }
    const auto [found, fresh] = known.try_emplace(cell, static_cast<std::int32_t>(levels.size()));
    if (fresh) levels.push_back(cell);
    codes.push_back(found->second);
  }
}

bool SampledColumn::IsMissing(std::size_t row) const {
  return number ? std::isnan(numbers[row]) : codes[row] < 0;
}

std::vector<std::int32_t> SampledColumn::Codes(std::size_t most) const {
  if (!number) return levels.size() <= most ? codes : std::vector<std::int32_t>();
  std::unordered_map<double, std::int32_t> known;
  std::vector<std::int32_t> coded;
  coded.reserve(numbers.size());
  for (const double value : numbers) {
    if (std::isnan(value)) {
      coded.push_back(-1);
      continue;
    }
    coded.push_back(known.try_emplace(value, static_cast<std::int32_t>(known.size())).first->second);
    if (known.size() > most) return {};
  }
  return coded;
}

std::vector<std::int32_t> SampledColumn::Tenths() const {
  constexpr std::size_t kTenths = 10;
  if (!number) return codes;
  if (auto few = Codes(kTenths); !few.empty()) return few;
  std::vector<double> sorted;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(sorted),
               [](double x) { return !std::isnan(x); });
  if (sorted.empty()) return std::vector<std::int32_t>(numbers.size(), -1);
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> edges;
  for (std::size_t i = 1; i < kTenths; ++i)
    edges.push_back(Quantile(sorted, static_cast<double>(i) / kTenths));
  std::vector<std::int32_t> tenths;
  for (const double value : numbers) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), value);
    tenths.push_back(std::isnan(value) ? -1 : static_cast<std::int32_t>(above - edges.begin()));
  }
  return tenths;
}

Json Association::ToJson() const {
  const char* name = measure == Measure::Pearson            ? "pearson"
                     : measure == Measure::CorrelationRatio ? "correlation_ratio"
                                                            : "cramers_v";
  return Json{{"measure", name},
              {"value", Defined(value)},
              {"spearman", Defined(spearman)},
              {"auc", Defined(auc)},
              {"missing", Defined(missing)},
              {"mutual_information", Defined(information)},
              {"accuracy", Defined(accuracy)},
              {"base_accuracy", Defined(base_accuracy)},
              {"rows", rows}};
}

Target::Target(Table& table)
    : table_(table),
      column_(table, *table.target_column(), *table.target),
      order_(AscendingOrder(column_.numbers)),
      classes_(column_.Codes(kFewValues)),
      tenths_(column_.Tenths()) {
  NameClasses();
}

/// Numbers from the least up, texts in byte order.
void Target::NameClasses() {
  if (classes_.empty()) return;
  std::map<std::int32_t, double> value_of;
  std::vector<std::pair<double, std::string>> order;
  std::unordered_map<std::uint64_t, std::string> texts;
  if (!column_.number) {
    for (const auto& [name, rows] : RankedValues(*table_.target_column(), kKeptLevels))
      texts.emplace(HashOf(name), name);
  }
  std::vector<std::pair<std::pair<double, std::string>, std::int32_t>> named;
  std::vector<bool> seen;
  for (std::size_t row = 0; row < classes_.size(); ++row) {
    const auto code = classes_[row];
    if (code < 0) continue;
    if (seen.size() <= static_cast<std::size_t>(code)) seen.resize(static_cast<std::size_t>(code) + 1);
    if (seen[static_cast<std::size_t>(code)]) continue;
    seen[static_cast<std::size_t>(code)] = true;
    const double value = column_.number ? column_.numbers[row] : 0;
    const std::string name =
        column_.number ? ShortestText(value) : texts[column_.levels[static_cast<std::size_t>(code)]];
    named.push_back({{value, name}, code});
  }
  std::sort(named.begin(), named.end());
  std::vector<std::int32_t> place(seen.size());
  for (std::size_t i = 0; i < named.size(); ++i) {
    place[static_cast<std::size_t>(named[i].second)] = static_cast<std::int32_t>(i);
    names_.push_back(named[i].first.second);
  }
  for (auto& code : classes_) code = code < 0 ? code : place[static_cast<std::size_t>(code)];
}

void Target::Measure(const SampledColumn& column, std::size_t index, Association& found) const {
  const bool plain = column_.number, whole = table_.target_column()->whole();
  const auto pearson = [&] {
    const auto at = [&](std::size_t wanted) {
      return std::find(table_.correlated.begin(), table_.correlated.end(), wanted);
    };
    const auto x = at(index), y = at(*table_.target);
    found.measure = Association::Measure::Pearson;
    found.value = x == table_.correlated.end() || y == table_.correlated.end()
                      ? Known(Pearson(column.numbers, column_.numbers))
                      : table_.co_moments.Pearson(static_cast<std::size_t>(x - table_.correlated.begin()),
                                                  static_cast<std::size_t>(y - table_.correlated.begin()));
  };
  if (column.number && plain && (names_.size() <= 2 || !whole)) return pearson();
  if (column.number && HasClasses()) {
    found.measure = Association::Measure::CorrelationRatio;
    found.value = Known(CorrelationRatio(classes_, column.numbers));
  } else if (column.number && plain) {
    pearson();
  } else if (column.number) {
    found.measure = Association::Measure::CorrelationRatio;
    found.value = kNan;
  } else if (HasClasses()) {
    found.measure = Association::Measure::CramersV;
    found.value = column.levels.size() <= kKeptLevels ? Known(CramersV(column.codes, classes_)) : kNan;
  } else {
    found.measure = Association::Measure::CorrelationRatio;
    found.value = plain && column.levels.size() <= kKeptLevels
                      ? Known(CorrelationRatio(column.codes, column_.numbers))
                      : kNan;
  }
}

/// What naming the target from the column's tenths is worth.
void Target::Inform(const SampledColumn& column, Association& found) const {
  found.information = found.accuracy = found.base_accuracy = kNan;
  const auto codes = column.Tenths();
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> cells;
  for (std::size_t row = 0; row < codes.size(); ++row) {
    found.rows += codes[row] >= 0 && !column_.IsMissing(row) ? 1 : 0;
    found.most_levels = std::max<std::int64_t>(found.most_levels, codes[row] + 1);
  }
  if (found.most_levels > static_cast<std::int64_t>(kKeptLevels) || found.rows == 0) return;
  found.information = Known(MutualInformation(codes, tenths_));
  if (!HasClasses()) return;
  std::vector<std::int64_t> of_class(names_.size());
  for (std::size_t row = 0; row < codes.size(); ++row) {
    if (codes[row] < 0 || classes_[row] < 0) continue;
    ++cells[{codes[row], classes_[row]}];
    ++of_class[static_cast<std::size_t>(classes_[row])];
  }
  std::map<std::int32_t, std::int64_t> best;
  for (const auto& [cell, rows] : cells) best[cell.first] = std::max(best[cell.first], rows);
  const std::int64_t right =
      std::accumulate(best.begin(), best.end(), std::int64_t{0},
                      [](std::int64_t sum, const auto& entry) { return sum + entry.second; });
  found.accuracy = static_cast<double>(right) / static_cast<double>(found.rows);
  found.base_accuracy = static_cast<double>(*std::max_element(of_class.begin(), of_class.end())) /
                        static_cast<double>(found.rows);
}

Association Target::With(std::size_t index) const {
  const SampledColumn column(table_, table_.columns[index], index);
  Association found;
  Measure(column, index, found);
  Inform(column, found);
  const bool numbers = column.number && column_.number && table_.columns[index].kind() == ColumnKind::Number;
  const auto order = column.number ? AscendingOrder(column.numbers) : std::vector<std::uint32_t>();
  found.spearman = numbers ? SpearmanOrdered(column.numbers, order, column_.numbers, order_) : kNan;
  found.auc = column.number && names_.size() == 2 ? Auc(column, order) : kNan;
  found.missing = kNan;
  if (HasClasses() && column.missing) {
    std::vector<std::int32_t> absent(column.rows());
    for (std::size_t i = 0; i < absent.size(); ++i) absent[i] = column.IsMissing(i) ? 1 : 0;
    found.missing = Known(CramersV(absent, classes_));
  }
  return found;
}

/// From ranks (ties share theirs): (sum of the second class's ranks - n2 (n2 + 1) / 2) / (n1 n2). Infinities
/// are values here.
double Target::Auc(const SampledColumn& column, std::span<const std::uint32_t> finite) const {
  std::vector<std::uint32_t> order, high;
  for (std::uint32_t i = 0; i < column.numbers.size(); ++i) {
    if (classes_[i] >= 0 && std::isinf(column.numbers[i]))
      (column.numbers[i] < 0 ? order : high).push_back(i);
  }
  std::copy_if(finite.begin(), finite.end(), std::back_inserter(order),
               [&](std::uint32_t i) { return classes_[i] >= 0; });
  order.insert(order.end(), high.begin(), high.end());
  double ranks = 0, second = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && column.numbers[order[last]] == column.numbers[order[first]]) ++last;
    const double shared = (static_cast<double>(first) + 1 + static_cast<double>(last)) / 2;
    for (; first < last; ++first) {
      if (classes_[order[first]] != 1) continue;
      ranks += shared;
      ++second;
    }
  }
  const double other = static_cast<double>(order.size()) - second;
  return second > 0 && other > 0 ? (ranks - second * (second + 1) / 2) / (second * other) : kNan;
}

}  // namespace cairn::profile
