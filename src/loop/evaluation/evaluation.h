#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/evaluation/bootstrap.h"
#include "loop/evaluation/metrics.h"
#include "loop/evaluation/slices.h"

namespace cairn::evaluation {

/// Says how good scores are and which of two models is better; decides nothing. Reports are made to be stored
/// and shown.

struct EvaluateOptions {
  Metric metric = Metric::LogLoss;  ///< The one that counts; it also says whether this is regression.
  MetricSettings settings;          ///< Threshold and, where the charter gives one, the cost matrix.
  bool use_cheapest_threshold =
      false;  ///< Decide at the cheapest threshold of these rows instead of settings.threshold.
  std::vector<SliceColumn> slices;
  SliceSettings slicing;
  BootstrapSettings bootstrap;
};

/// {"rows", "task", "metric", "value", "interval": {low, high, confidence}, "metrics": {name: value}, and for
/// binary tasks "threshold", "confusion", "cost": {at_threshold, cheapest_threshold, cheapest},
/// "calibration", and with slices "slices": [...] and "worst_slice"}. An undefined number is null. Errors as
/// Measure::Of and SlicesOf.
Result<Json> Evaluate(Sample sample, const EvaluateOptions& options);

struct CompareOptions {
  Metric metric = Metric::LogLoss;
  MetricSettings settings;
  double margin = 0;  ///< How much worse the candidate may be and still count as not worse, in the metric's
                      ///< own unit; >= 0.
  std::vector<SliceColumn> slices;
  SliceSettings slicing;
  BootstrapSettings bootstrap;
};

enum class Standing {
  Better,    ///< The whole interval of the improvement lies above 0.
  NotWorse,  ///< It lies above -margin.
  Worse,     ///< It lies below 0.
  Unclear,
};
std::string_view NameOf(Standing standing);  ///< "better", "not_worse", "worse", "unclear".

struct Comparison {
  Standing standing = Standing::Unclear;
  Interval improvement;  ///< Candidate over champion, turned so that positive is better.
  Json report;
};

/// Candidate against champion on the same rows, resampled together. The report: {"rows", "metric",
/// "candidate", "champion", "margin", "improvement": {value, low, high, confidence}, "superior",
/// "non_inferior", "inferior", "verdict", for binary tasks "decisions": McNemar's test of the decisions at
/// the threshold, and with slices "slices" and "worst_slice": where the candidate loses most}.
/// InvalidArgument for a negative margin or unequal lengths.
Result<Comparison> Compare(std::span<const double> labels, std::span<const double> candidate,
                           std::span<const double> champion, const CompareOptions& options);

}  // namespace cairn::evaluation
