#pragma once

#include "loop/profile/column/column.h"

namespace cairn::profile {

/// How strongly a column goes with the target.
struct Association {
  enum class Measure { Pearson, CorrelationRatio, CramersV } measure = Measure::Pearson;
  double value = 0;    ///< NaN: not defined, or a category of too many levels to ask.
  double auc = 0;      ///< Of a number against the two classes of the target: the share of pairs in which the
                       ///< greater class has the greater number; NaN otherwise.
  double missing = 0;  ///< Cramér's V of "is missing" with the target's classes; NaN when not defined.

  Json ToJson() const;
};

/// The target as the other columns are measured against it.
class Target {
 public:
  explicit Target(const ProfiledColumn& column);
  Association With(const ProfiledColumn& column) const;
  /// At most 20 different values.
  bool HasClasses() const { return !classes_.empty(); }

 private:
  double Auc(const ProfiledColumn& column) const;

  const ProfiledColumn& column_;
  std::vector<std::int32_t> classes_;
  std::size_t class_count_ = 0;
};

}  // namespace cairn::profile
