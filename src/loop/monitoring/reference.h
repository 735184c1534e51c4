#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/comparison/comparison.h"
#include "loop/serving/mask.h"

namespace cairn::monitoring {

/// Which figure of a comparison is meant: a statistic's own, or its p-value.
enum class Figure { Statistic, PValue };

/// How a column looked in the training part: what live values are held against.
class Reference {
 public:
  /// Reads one member of a profile's "reference" (loop/profile/profile.h). Corrupt when it is not of that
  /// shape; none for a column that had no value at all.
  static Result<std::optional<Reference>> Of(const Json& column);
  /// From the values themselves: Sturges bins, and all of them as the sample. Unprocessable when none is
  /// finite.
  static Result<Reference> OfSample(std::span<const double> values);

  /// The same for live values that are masks: the levels of a category are masked as those are, so that every
  /// statistic stays what it is. Numbers stay numbers, with which no mask can be compared.
  Reference Masked(const serving::Mask& mask, std::string_view column) const;

  /// The statistic between this and live values (any JSON scalars; nulls and values of another kind are left
  /// out). Unprocessable when no live value is left.
  Result<double> Compare(std::string_view statistic, Figure figure, std::span<const Json> live) const;
  Result<double> Compare(std::string_view statistic, Figure figure, std::span<const double> live) const;

  /// The same for live values that were counted elsewhere, piece by piece: over `edges` (values outside in
  /// the end bins), or by `levels` in order with one more for all that are none of these. psi, jensen_shannon
  /// and chi_square only; InvalidArgument for another number of counts.
  Result<double> CompareCounted(std::string_view statistic, Figure figure,
                                std::vector<std::int64_t> live) const;
  bool IsNumber() const { return number_; }
  std::span<const double> edges() const { return edges_; }
  const comparison::CategoryCounts& levels() const { return levels_; }

 private:
  bool number_ = true;
  std::vector<double> edges_;
  std::vector<std::int64_t> counts_;
  std::vector<double> sample_;  ///< Of numbers: all values, or the profile's grid of quantiles.
  comparison::CategoryCounts levels_;
  std::int64_t others_ = 0;  ///< Training rows of levels that the profile does not name.
};

}  // namespace cairn::monitoring
