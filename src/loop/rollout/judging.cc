#include "loop/rollout/judging.h"

#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::rollout {
namespace {

using evaluation::Interval;
using governance::Rule;

constexpr std::string_view kCandidate = "candidate";
constexpr std::string_view kProduction = "production";

std::string Shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

Json NumberOrNull(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// " (95% interval 0.51 to 0.53)"
std::string IntervalText(const Interval& interval) {
  return " (" + Shown(interval.confidence * 100) + "% interval " + Shown(interval.low) + " to " +
         Shown(interval.high) + ")";
}

std::string BoundText(const GateRule& rule) {
  std::string text;
  if (rule.min) text = ">= " + Shown(*rule.min);
  if (rule.max) text += (text.empty() ? "<= " : " and <= ") + Shown(*rule.max);
  return text;
}

bool Within(const GateRule& rule, double value) {
  // A value that is no number is within nothing.
  return std::isfinite(value) && (!rule.min || value >= *rule.min) && (!rule.max || value <= *rule.max);
}

Rule Failed(const GateRule& rule, std::string bound, std::string detail) {
  return {rule.name, false, Json(), std::move(bound), std::move(detail)};
}

std::string Rows(const evaluation::Examination& examination) {
  return ", on " + WithThousands(static_cast<std::int64_t>(examination.table().rows())) + " sealed rows";
}

/// Judges one rule on evidence that has an examination.
class Judgement {
 public:
  Judgement(const Gates& gates, const Evidence& evidence)
      : gates_(gates), evidence_(evidence), examination_(*evidence.examination) {}

  Rule Of(const GateRule& rule) const {
    if (rule.contract)
      return {rule.name, evidence_.contract_passed, evidence_.contract_passed ? "passed" : "failed", "passed",
              evidence_.contract};
    if (rule.latency_p99_ms) return OfLatency(rule);
    if (!rule.kpi.empty()) return OfKpi(rule);
    const auto metric = evaluation::MetricNamed(rule.metric);
    if (!metric) return Failed(rule, "", metric.error().message);
    if (!rule.against.empty()) return OfGain(rule, *metric);
    return rule.worst_slice ? OfWorstSlice(rule, *metric) : OfBound(rule, *metric);
  }

 private:
  Rule OfLatency(const GateRule& rule) const {
    const std::string bound = "<= " + Shown(*rule.latency_p99_ms) + " ms";
    if (!evidence_.latency) return Failed(rule, bound, "the latency was not measured");
    const double p99 = evidence_.latency->p99_ms;
    return {rule.name, p99 <= *rule.latency_p99_ms, NumberOrNull(p99), bound,
            "99 of 100 single rows took at most " + Shown(p99) + " ms, half of them at most " +
                Shown(evidence_.latency->p50_ms) + " ms (" + WithThousands(evidence_.latency->calls) +
                " calls in this process)"};
  }

  Rule OfKpi(const GateRule& rule) const {
    const charter::Kpi* kpi = evidence_.charter->FindKpi(rule.kpi);
    if (!kpi) return Failed(rule, "", "the charter has no KPI '" + rule.kpi + "'");
    const std::string bound = kpi->comparator + " " + Shown(kpi->target);
    const auto metric =
        evaluation::MetricNamed(std::string_view(kpi->source).substr(kpi->source.find('.') + 1));
    if (!metric) return Failed(rule, bound, metric.error().message);
    const auto measured = examination_.MetricOf(kCandidate, *metric);
    if (!measured) return Failed(rule, bound, measured.error().message);
    return {rule.name, std::isfinite(measured->value) && kpi->MetBy(measured->value),
            NumberOrNull(measured->value), bound,
            std::string(evaluation::NameOf(*metric)) + " is " + Shown(measured->value) +
                IntervalText(*measured) + Rows(examination_) + "; the KPI '" + kpi->name + "' of " +
                kpi->owner + " wants " + bound};
  }

  Rule OfGain(const GateRule& rule, evaluation::Metric metric) const {
    const std::string bound = rule.margin > 0 ? "gain > -" + Shown(rule.margin) : "gain > 0";
    if (rule.against == kProduction && evidence_.production == 0) {
      return {rule.name, true, Json(), bound,
              "nothing is in production yet, so there is nothing to be worse than"};
    }
    if (rule.against == kProduction && !evidence_.production_problem.empty()) {
      return Failed(rule, bound,
                    "version " + std::to_string(evidence_.production) +
                        " in production could not be examined: " + evidence_.production_problem);
    }
    const auto gain = examination_.GainOf(kCandidate, rule.against, metric);
    const auto mine = examination_.MetricOf(kCandidate, metric),
               theirs = examination_.MetricOf(rule.against, metric);
    for (const auto* one : {&gain, &mine, &theirs}) {
      if (!*one) return Failed(rule, bound, one->error().message);
    }
    const std::string opponent = rule.against == kProduction
                                     ? "version " + std::to_string(evidence_.production) + " in production"
                                     : "the heuristic";
    // The whole interval must lie above: a gain that chance alone could explain is none.
    return {rule.name, gain->low > -rule.margin, NumberOrNull(gain->value), bound,
            rule.metric + " is " + Shown(mine->value) + ", that of " + opponent + " " + Shown(theirs->value) +
                ": " + (gain->value >= 0 ? "better by " : "worse by ") + Shown(std::abs(gain->value)) +
                IntervalText(*gain) + Rows(examination_)};
  }

  Rule OfBound(const GateRule& rule, evaluation::Metric metric) const {
    const auto measured = examination_.MetricOf(kCandidate, metric);
    if (!measured) return Failed(rule, BoundText(rule), measured.error().message);
    return {rule.name, Within(rule, measured->value), NumberOrNull(measured->value), BoundText(rule),
            rule.metric + " is " + Shown(measured->value) + IntervalText(*measured) + Rows(examination_)};
  }

  Rule OfWorstSlice(const GateRule& rule, evaluation::Metric metric) const {
    const auto worst = examination_.WorstSliceOf(kCandidate, metric, rule.min_rows);
    if (!worst) return Failed(rule, BoundText(rule), worst.error().message);
    if (!*worst) {
      return Failed(rule, BoundText(rule),
                    "no slice of " + Join(gates_.slices, ", ") + " has the " + std::to_string(rule.min_rows) +
                        " rows that are needed to judge it");
    }
    const evaluation::Slice& slice = **worst;
    return {rule.name, Within(rule, slice.metric), NumberOrNull(slice.metric), BoundText(rule),
            "the worst slice is " + slice.column + " = " + slice.value + ": " + rule.metric + " " +
                Shown(slice.metric) + (slice.interval ? IntervalText(*slice.interval) : "") + " over " +
                WithThousands(slice.rows) + " rows"};
  }

  const Gates& gates_;
  const Evidence& evidence_;
  const evaluation::Examination& examination_;
};

}  // namespace

std::vector<Rule> Judge(const Gates& gates, const Evidence& evidence) {
  const bool servable = evidence.not_servable.empty() && evidence.examination;
  std::vector<Rule> rules;
  rules.push_back({"servable here", servable, servable ? "yes" : "no", "yes",
                   servable ? evidence.servable : evidence.not_servable});
  if (!servable) return rules;
  const Judgement judgement(gates, evidence);
  for (const GateRule& rule : gates.rules) rules.push_back(judgement.Of(rule));
  return rules;
}

}  // namespace cairn::rollout
