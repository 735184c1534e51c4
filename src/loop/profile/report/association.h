#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

/// One column of the sampled rows.
struct SampledColumn {
  SampledColumn(const Table& table, const Column& column, std::size_t index);

  bool number = false;
  std::vector<double> numbers;        ///< NaN where missing; empty for a category.
  std::vector<std::int32_t> codes;    ///< Of a category: -1 where missing.
  std::vector<std::uint64_t> levels;  ///< The hash of each code.
  bool missing = false;               ///< Whether a value is missing.

  std::size_t rows() const { return number ? numbers.size() : codes.size(); }
  bool IsMissing(std::size_t row) const;
  /// Each value as a code, -1 for missing; empty when there are more than `most` values.
  std::vector<std::int32_t> Codes(std::size_t most) const;
  /// At most ten codes: values when there are no more than ten, else tenths of the rows by value (edges by
  /// numpy's quantiles, values at an edge above it). A category's own codes.
  std::vector<std::int32_t> Tenths() const;
};

/// How strongly a column goes with the target, in the sampled rows; Pearson's r in all rows.
struct Association {
  enum class Measure { Pearson, CorrelationRatio, CramersV } measure = Measure::Pearson;
  double value = 0;     ///< NaN: not defined, or a category of too many levels to ask.
  double spearman = 0;  ///< Of two numbers; NaN otherwise.
  double auc = 0;      ///< Of a number against the two classes of the target: the share of pairs in which the
                       ///< greater class has the greater number; NaN otherwise.
  double missing = 0;  ///< Cramér's V of "is missing" with the target's classes; NaN when not defined.
  double information = 0;  ///< Mutual information with the target in nats, over Tenths of both.
  double accuracy =
      0;  ///< Of naming the most frequent class of each of the column's Tenths; NaN without classes.
  double base_accuracy = 0;      ///< Of naming the most frequent class always.
  std::int64_t rows = 0;         ///< Sampled rows in which both have a value.
  std::int64_t most_levels = 0;  ///< Codes that `information` and `accuracy` are over.

  Json ToJson() const;
};

/// The target as the other columns are measured against it.
class Target {
 public:
  /// `table` must have one, and outlive this.
  explicit Target(Table& table);
  Association With(std::size_t column) const;
  /// At most 20 different values.
  bool HasClasses() const { return !classes_.empty(); }
  /// The class of each sampled row (-1 for missing) and their names, in the order of the names.
  const std::vector<std::int32_t>& classes() const { return classes_; }
  const std::vector<std::string>& class_names() const { return names_; }

 private:
  void NameClasses();
  double Auc(const SampledColumn& column, std::span<const std::uint32_t> order) const;
  void Measure(const SampledColumn& column, std::size_t index, Association& found) const;
  void Inform(const SampledColumn& column, Association& found) const;

  Table& table_;
  SampledColumn column_;
  std::vector<std::uint32_t> order_;  ///< Of a number.
  std::vector<std::int32_t> classes_, tenths_;
  std::vector<std::string> names_;
};

}  // namespace cairn::profile
