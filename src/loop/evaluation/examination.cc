#include "loop/evaluation/examination.h"

#include <algorithm>
#include <cmath>

#include "loop/evaluation/bootstrap.h"
#include "loop/evaluation/evaluation.h"

namespace cairn::evaluation {
namespace {

Json ToJson(const std::optional<Latency>& latency) {
  if (!latency) return Json();
  return Json{{"p50_ms", latency->p50_ms}, {"p99_ms", latency->p99_ms}, {"calls", latency->calls}};
}

}  // namespace

Examination::Examination(TestRows rows, ExaminationSettings settings)
    : rows_(std::make_unique<TestRows>(std::move(rows))), settings_(std::move(settings)) {}

Result<Examination> Examination::Of(TestRows rows, ExaminationSettings settings) {
  Examination examination(std::move(rows), std::move(settings));
  for (const auto& name : examination.settings_.slices) {
    const tables::Column& column = *CAIRN_TRY(examination.rows_->table.Named(name));
    auto& values = examination.slice_values_.emplace_back();
    for (std::size_t row = 0; row < column.rows(); ++row) values.push_back(column.Shown(row));
  }
  return examination;
}

Result<> Examination::Add(Contestant contestant) {
  if (Has(contestant.name))
    return Error{Reason::InvalidArgument, "'" + contestant.name + "' is examined already"};
  Entry entry{std::move(contestant), {}};
  entry.settings.cost = settings_.cost;
  const Sample sample{rows_->labels, entry.contestant.scores};
  // The check of labels and scores, before anything is kept.
  CAIRN_TRY(Measure::Of(settings_.metric, sample, entry.settings));
  if (!IsRegression(settings_.metric)) {
    entry.settings.threshold = settings_.threshold
                                   ? *settings_.threshold
                                   : CAIRN_TRY(CheapestThreshold(sample, settings_.cost)).threshold;
  }
  entries_.push_back(std::move(entry));
  return Done{};
}

const Examination::Entry* Examination::Find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.contestant.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

Result<const Examination::Entry*> Examination::Named(std::string_view name) const {
  if (const Entry* entry = Find(name)) return entry;
  return Error{Reason::NotFound, "there is no " + std::string(name) + " to compare with"};
}

Result<Measure> Examination::MeasureOf(const Entry& entry, Metric metric) const {
  return Measure::Of(metric, {rows_->labels, entry.contestant.scores}, entry.settings);
}

BootstrapSettings Examination::Bootstrap(int divisor) const {
  BootstrapSettings bootstrap;
  bootstrap.replicates = std::max(20, settings_.replicates / divisor);
  return bootstrap;
}

SliceSettings Examination::Slicing(std::int64_t least_rows) const {
  SliceSettings slicing;
  slicing.minimum_rows = least_rows;
  slicing.bootstrap = Bootstrap(3);
  return slicing;
}

std::vector<SliceColumn> Examination::Columns() const {
  std::vector<SliceColumn> columns;
  for (std::size_t i = 0; i < slice_values_.size(); ++i)
    columns.push_back({settings_.slices[i], slice_values_[i]});
  return columns;
}

Result<Interval> Examination::MetricOf(std::string_view name, Metric metric) const {
  const Entry& entry = *CAIRN_TRY(Named(name));
  return IntervalOf(CAIRN_TRY(MeasureOf(entry, metric)), Bootstrap(1));
}

Result<Interval> Examination::GainOf(std::string_view name, std::string_view against, Metric metric) const {
  const Measure mine = CAIRN_TRY(MeasureOf(*CAIRN_TRY(Named(name)), metric));
  const Measure theirs = CAIRN_TRY(MeasureOf(*CAIRN_TRY(Named(against)), metric));
  return Turned(CAIRN_TRY(DifferenceInterval(mine, theirs, Bootstrap(1))), HigherIsBetter(metric));
}

Result<std::optional<Slice>> Examination::WorstSliceOf(std::string_view name, Metric metric,
                                                       std::int64_t least_rows, WorstBy by) const {
  const Entry& entry = *CAIRN_TRY(Named(name));
  const auto columns = Columns();
  const auto slices = CAIRN_TRY(SlicesOf(metric, {rows_->labels, entry.contestant.scores}, columns,
                                         entry.settings, Slicing(least_rows)));
  const Slice* worst = WorstOf(metric, slices, by);
  return worst ? std::optional<Slice>(*worst) : std::nullopt;
}

Result<Json> Examination::Report() const {
  EvaluateOptions evaluate;
  evaluate.metric = settings_.metric;
  evaluate.slices = Columns();
  evaluate.slicing = Slicing(settings_.least_slice_rows);
  evaluate.bootstrap = Bootstrap(1);
  Json contestants = Json::Array(), comparisons = Json::Array();
  for (const Entry& entry : entries_) {
    evaluate.settings = entry.settings;
    Json one = CAIRN_TRY(Evaluate({rows_->labels, entry.contestant.scores}, evaluate));
    one.Set("name", entry.contestant.name)
        .Set("digest", entry.contestant.digest)
        .Set("latency", ToJson(entry.contestant.latency));
    contestants.Push(std::move(one));
  }
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    CompareOptions compare;
    compare.metric = settings_.metric;
    compare.settings = entries_.front().settings;
    compare.slices = evaluate.slices;
    compare.slicing = evaluate.slicing;
    compare.bootstrap = evaluate.bootstrap;
    auto compared = CAIRN_TRY(
        Compare(rows_->labels, entries_.front().contestant.scores, entries_[i].contestant.scores, compare));
    compared.report.Set("name", entries_.front().contestant.name).Set("against", entries_[i].contestant.name);
    comparisons.Push(std::move(compared.report));
  }
  return Json{{"rows", rows_->labels.size()},
              {"available", rows_->available},
              {"metric", NameOf(settings_.metric)},
              {"contestants", std::move(contestants)},
              {"comparisons", std::move(comparisons)}};
}

}  // namespace cairn::evaluation
