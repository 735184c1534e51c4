#include "loop/profile/column/association.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "loop/profile/descriptive.h"

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double Known(const Result<double>& value) { return value ? *value : kNan; }

}  // namespace

Json Association::ToJson() const {
  const char* name = measure == Measure::Pearson            ? "pearson"
                     : measure == Measure::CorrelationRatio ? "correlation_ratio"
                                                            : "cramers_v";
  return Json{
      {"measure", name}, {"value", Defined(value)}, {"auc", Defined(auc)}, {"missing", Defined(missing)}};
}

Target::Target(const ProfiledColumn& column) : column_(column), classes_(column.Codes(kFewValues)) {
  for (const auto code : classes_) class_count_ = std::max(class_count_, static_cast<std::size_t>(code + 1));
  if (class_count_ != 2) return;
  const auto row_of = [&](std::int32_t code) {
    return static_cast<std::size_t>(std::find(classes_.begin(), classes_.end(), code) - classes_.begin());
  };
  const bool falling = column.kind == ColumnKind::Category
                           ? column.levels[1] < column.levels[0]
                           : column.numbers[row_of(1)] < column.numbers[row_of(0)];
  for (auto& code : classes_) code = falling && code >= 0 ? 1 - code : code;
}

Association Target::With(const ProfiledColumn& column) const {
  Association found;
  const bool number = column.kind != ColumnKind::Category, plain = column_.kind != ColumnKind::Category;
  if (number && plain && (class_count_ <= 2 || !column_.whole)) {
    found.measure = Association::Measure::Pearson;
    found.value = Known(Pearson(column.numbers, column_.numbers));
  } else if (number) {
    found.measure = Association::Measure::CorrelationRatio;
    found.value = HasClasses() ? Known(CorrelationRatio(classes_, column.numbers))
                  : plain      ? Known(Pearson(column.numbers, column_.numbers))
                               : kNan;
    if (!HasClasses() && plain) found.measure = Association::Measure::Pearson;
  } else if (HasClasses()) {
    found.measure = Association::Measure::CramersV;
    found.value = column.levels.size() <= kKeptLevels ? Known(CramersV(column.codes, classes_)) : kNan;
  } else {
    found.measure = Association::Measure::CorrelationRatio;
    found.value = plain && column.levels.size() <= kKeptLevels
                      ? Known(CorrelationRatio(column.codes, column_.numbers))
                      : kNan;
  }
  found.auc = number && class_count_ == 2 ? Auc(column) : kNan;
  found.missing = kNan;
  if (HasClasses() && column.missing > 0) {
    std::vector<std::int32_t> absent(column.rows());
    for (std::size_t i = 0; i < absent.size(); ++i)
      absent[i] = number ? std::isnan(column.numbers[i]) : column.codes[i] < 0;
    found.missing = Known(CramersV(absent, classes_));
  }
  return found;
}

/// From ranks (ties share theirs): (sum of the second class's ranks - n2 (n2 + 1) / 2) / (n1 n2).
double Target::Auc(const ProfiledColumn& column) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (classes_[i] >= 0 && !std::isnan(column.numbers[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return column.numbers[a] < column.numbers[b]; });
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
