#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/table.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/data/specification.h"
#include "loop/evaluation/bootstrap.h"
#include "loop/evaluation/metrics.h"
#include "loop/evaluation/slices.h"
#include "loop/evaluation/test_rows.h"
#include "loop/runtime/features.h"
#include "loop/runtime/format.h"
#include "loop/runtime/scores.h"

namespace cairn::evaluation {

/// Several models and the rule without learning on the same rows, which none of them has seen. Everything
/// here is measured in this process; nothing is taken from what a training script says about itself.

/// Of single rows, bound and run in this process, without network.
struct Latency {
  double p50_ms = 0;
  double p99_ms = 0;
  std::int64_t calls = 0;
};

/// A model that takes its inputs from columns of a contract.
class Examinee {
 public:
  /// Unsupported when the model's inputs cannot be bound to columns or it has no score; Unprocessable when it
  /// reads a column that the contract does not know or that requests do not carry (the target, or `serving:
  /// false`): such a model would not work here.
  static Result<Examinee> Of(const runtime::LoadedFolder& loaded, const data::Specification& specification);

  /// One score a row. Unprocessable when the rows do not fit the model, Internal when it fails on them.
  Result<std::vector<double>> Score(const tables::Table& table) const;
  /// The quietest of three rounds, so that what else the machine does counts less. Errors as Score.
  Result<Latency> MeasureLatency(const tables::Table& table) const;

  const std::vector<std::string>& columns() const { return binder_.names(); }

 private:
  Examinee(std::shared_ptr<const runtime::Model> model, runtime::Binder binder, runtime::ScoreOutput output)
      : model_(std::move(model)), binder_(std::move(binder)), output_(std::move(output)) {}

  std::shared_ptr<const runtime::Model> model_;
  runtime::Binder binder_;
  runtime::ScoreOutput output_;
};

/// Who is examined, with their answers.
struct Contestant {
  std::string name;    ///< "candidate", "production", "heuristic"
  std::string digest;  ///< Of the model's manifest; "" for the rule.
  std::vector<double> scores;
  std::optional<Latency> latency;
};

struct ExaminationSettings {
  Metric metric = Metric::LogLoss;
  std::optional<double>
      threshold;  ///< Absent: each contestant decides at its own cost-best threshold on these rows.
  CostMatrix cost;
  std::vector<std::string> slices;
  std::int64_t least_slice_rows = 100;
  int replicates = 300;  ///< Of the intervals; slices take a third of them.
};

/// The same rows and settings give the same numbers (latencies aside). Not safe from several threads at once.
class Examination {
 public:
  /// Unprocessable when a slice's column is missing.
  static Result<Examination> Of(TestRows rows, ExaminationSettings settings);

  /// InvalidArgument when there is not one finite score per row, or, for a binary task, one lies outside
  /// 0..1.
  Result<> Add(Contestant contestant);
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  const tables::Table& table() const { return rows_->table; }

  /// A metric of one contestant with its interval, at its own threshold. NotFound for a name that was not
  /// added; Unprocessable where the metric is not defined.
  Result<Interval> MetricOf(std::string_view name, Metric metric) const;
  /// How much better `name` is than `against` on the same rows, resampled together; positive is better
  /// whatever the metric.
  Result<Interval> GainOf(std::string_view name, std::string_view against, Metric metric) const;
  /// The worst value of all slice columns among slices of at least `least_rows`; none when no slice is that
  /// large.
  Result<std::optional<Slice>> WorstSliceOf(std::string_view name, Metric metric, std::int64_t least_rows,
                                            WorstBy by = WorstBy::Value) const;

  /// The slice of at least `least_rows` on which `name` does worst against `against`; none when no slice is
  /// that large. Its interval is stretched so that with the given confidence it holds for all slices at once
  /// (Bonferroni, by normal quantiles).
  struct SliceGain {
    std::string column, value;
    std::int64_t rows = 0;
    std::size_t slices = 0;  ///< Of how many it is the worst.
    Interval gain;
  };
  Result<std::optional<SliceGain>> WorstSliceGainOf(std::string_view name, std::string_view against,
                                                    Metric metric, std::int64_t least_rows, WorstBy by) const;
  /// A gap between the groups of one of the slice columns (statistics/parity_sheet.h names and defines them),
  /// at the contestant's own threshold. Groups of fewer than `least_rows` take no part; Unprocessable when
  /// fewer than two are left.
  Result<Interval> GapOf(std::string_view name, std::string_view gap, std::string_view column,
                         std::int64_t least_rows) const;

  /// {"rows", "available", "metric", "contestants": [{"name", "digest", "latency": {p50_ms, p99_ms, calls} |
  /// null, … as Evaluate}],
  ///  "comparisons": [{"name", "against", … as Compare}]}: the first contestant against every other.
  Result<Json> Report() const;

 private:
  struct Entry {
    Contestant contestant;
    MetricSettings settings;
  };
  Examination(TestRows rows, ExaminationSettings settings);
  const Entry* Find(std::string_view name) const;
  Result<const Entry*> Named(std::string_view name) const;
  Result<Measure> MeasureOf(const Entry& entry, Metric metric) const;
  BootstrapSettings Bootstrap(int divisor) const;
  SliceSettings Slicing(std::int64_t least_rows) const;
  std::vector<SliceColumn> Columns() const;

  std::unique_ptr<TestRows> rows_;
  ExaminationSettings settings_;
  std::vector<std::vector<std::string>> slice_values_;
  std::deque<Entry> entries_;  ///< Measures borrow the scores, so they must not move.
};

}  // namespace cairn::evaluation
