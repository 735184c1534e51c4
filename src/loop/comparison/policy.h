#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/comparison/counts.h"
#include "loop/comparison/method.h"
#include "loop/comparison/sample.h"
#include "loop/comparison/texts.h"

namespace cairn::comparison {

/// How many columns are judged together.
///
///   Evidently  each column by Evidently's choice (drift.h) at its own threshold; the table has drifted when
///              half of its columns have. Texts by text_content.
///   Nannyml    both sides in ten chunks by row order (what is left over is one more); Jensen-Shannon
///   distance
///              to base 2 of each chunk from the whole reference; a column has drifted when a chunk lies
///              above mean + 3 deviations of the reference's own chunks. Texts count as categories.
///   Tfdv       numbers by js_divergence_2 with missing values as a bucket, categories and texts by
///              l_infinity. TensorFlow Data Validation has no thresholds of its own; 0.1 and 0.01 are ours.
///   Cairn      ours: a column has drifted when the difference is both sure and large. Sure: a test that
///   keeps
///              its level (Kolmogorov-Smirnov; chi-square of homogeneity with rare bins pooled, for
///              categories and numbers of at most 20 values; Fisher's for two bins; text_content), of the
///              values and of the share of missing ones, adjusted by Benjamini and Hochberg over all columns,
///              at most `level`. Large: at least `least_share` of the rows differ (the largest gap of the
///              distribution functions; the total variation; the difference of missing shares), or the values
///              have moved by `least_shift` standard deviations (Wasserstein, normed). On tables that come
///              from one source at most a share `level` is called drifted; and a million rows do not alarm at
///              nothing.
struct Policy {
  enum class Kind { Evidently, Nannyml, Tfdv, Cairn } kind = Kind::Cairn;
  /// For the columns that it fits; judged by its threshold alone. The others keep the policy's choice.
  std::optional<Method> method = {};
  std::optional<double> threshold = {};
  double level = 0.05;
  double least_share = 0.05;
  double least_shift = 0.1;
  double drift_share = 0.5;  ///< Of Evidently.
};

/// "evidently", "nannyml", "tfdv", "cairn"; InvalidArgument otherwise.
Result<Policy> PolicyNamed(std::string_view name);
std::string_view NameOf(Policy::Kind kind);

/// One column of both sides. Missing values are counted beside it.
struct MissingRows {
  std::int64_t reference = 0, current = 0;
};
struct NumberColumn {
  std::string name;
  Sample reference, current;
  NumberKind kind = NumberKind::Real;
  MissingRows missing = {};
  /// Only for Nannyml: the values in the order of the rows, NaN where missing.
  std::vector<double> reference_rows = {}, current_rows = {};
};
struct CategoryColumn {
  std::string name;
  std::vector<std::string> labels;  ///< Of the bins.
  PairedCounts counts;
  MissingRows missing = {};
  /// Only for Nannyml: bins in the order of the rows, -1 where missing.
  std::vector<std::int32_t> reference_rows = {}, current_rows = {};
};
struct TextColumn {
  std::string name;
  TextTally reference, current;
  MissingRows missing = {};
};

/// What a policy found on one column. Members that a policy has no use for stay empty.
struct ColumnDrift {
  std::string column;
  Method method = Method::KolmogorovSmirnovP;
  double score = 0;  ///< By `method`; NaN when the values could not be compared, and `sentence` says why.
  double threshold = 0;
  bool drifted = false;
  bool judged =
      true;  ///< False when the statistic does not apply to these values: drifted or not is not known.
  std::int64_t reference_rows = 0, current_rows = 0;  ///< With a usable value.
  MissingRows missing = {};
  std::string sentence;  ///< What is said about the column, for a person.

  std::optional<double> p_value = {}, adjusted_p_value = {};
  std::optional<double> missing_p_value = {}, missing_adjusted_p_value = {};
  std::optional<double> share_moved = {};  ///< Largest gap, or total variation.
  std::optional<double> shift = {};        ///< Wasserstein, normed.
  std::vector<MovedWord> words = {};
};

/// The scores of one column. Whether it drifted under Cairn depends on the others: Conclude says it.
ColumnDrift Look(const Policy& policy, const NumberColumn& column);
ColumnDrift Look(const Policy& policy, const CategoryColumn& column);
ColumnDrift Look(const Policy& policy, const TextColumn& column);

/// Columns that could not be judged count for neither side of the share.
struct TableDrift {
  std::vector<ColumnDrift> columns;
  std::int64_t drifted_columns = 0, unjudged_columns = 0;
  double drifted_share = 0;  ///< Of the columns that were judged.
  bool drifted = false;
};
TableDrift Conclude(const Policy& policy, std::vector<ColumnDrift> columns);

/// Benjamini and Hochberg's adjusted p-values, in the order given: rejecting those at most q keeps the
/// expected share of false ones among the rejected at q.
std::vector<double> AdjustForMany(std::span<const double> p_values);

}  // namespace cairn::comparison
