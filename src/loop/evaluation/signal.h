#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::evaluation {

/// Is there anything in these columns to learn the label from? Asked before any model is trained.
///
/// A quick probe (ridge logistic regression, least squares for a numeric label, over standardized numbers,
/// their squares, marks of missing values and frequent category levels) is fitted on one half of the rows and
/// scores the other half. Its ROC AUC there (correlation for a numeric label) is set against the same figure
/// with that half's labels shuffled: p = (1 + number of shuffles at least as good) / (1 + shuffles). The
/// shuffled half takes no part in the fit, so p is exact: with labels that have nothing to do with the
/// features, P(p <= alpha) <= alpha. The probe sees additive effects only; "go" is firm, "no-go" says that
/// nothing simple was found.

/// One feature: numbers (NaN for missing) or categories ("" is a level like any other), the other list empty.
struct FeatureColumn {
  std::string name;
  std::vector<double> numbers;
  std::vector<std::string> categories;
};

struct SignalSettings {
  int permutations = 999;
  double alpha = 0.01;
  std::uint64_t seed = 1;
  std::size_t most_rows = 20000;  ///< More are sampled down to this.
  std::size_t most_columns = 64;  ///< Of the encoded design.
};

struct SignalVerdict {
  bool go = false;
  double p_value = 1;
  double observed = 0;  ///< ROC AUC or correlation on the held half.
  std::string reason;   ///< One sentence.
  /// {"verdict", "reason", "statistic", "observed", "p_value", "alpha", "permutations", "permuted": {mean,
  /// high}, "rows", "columns", "learning_curve": [{rows, value}], and with a heuristic "heuristic": {metric,
  /// probe, heuristic, improvement, low, high, probe_beats_heuristic: "yes" | "no" | "unclear"}}. Equal input
  /// gives equal details.
  Json details;
};

/// `heuristic`: what the rule without learning gives for each row (chances in 0..1 for binary labels), or
/// empty. Labels of only 0 and 1 are classes. InvalidArgument for columns of unequal length or labels that
/// are not finite; Unprocessable when a half would have fewer than 10 rows, a class fewer than 5 rows in a
/// half, or no column varies.
Result<SignalVerdict> FindSignal(std::span<const FeatureColumn> features, std::span<const double> labels,
                                 std::span<const double> heuristic, const SignalSettings& settings = {});

}  // namespace cairn::evaluation
