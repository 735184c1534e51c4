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

/// "low end >= 0.5 and high end <= 0.9", or without the ends where the value itself is judged.
std::string BoundText(const GateRule& rule) {
  const std::string low = rule.by_interval ? "low end " : "", high = rule.by_interval ? "high end " : "";
  std::string text;
  if (rule.min) text = low + ">= " + Shown(*rule.min);
  if (rule.max) text += (text.empty() ? "" : " and ") + high + "<= " + Shown(*rule.max);
  return text;
}

/// What a bound is held against: the ends of an interval, or twice the value.
struct Ends {
  double low, high;
};

Ends EndsOf(const GateRule& rule, const Interval& measured) {
  return rule.by_interval ? Ends{measured.low, measured.high} : Ends{measured.value, measured.value};
}

/// A measured figure that is no number is within nothing.
bool Within(const GateRule& rule, Ends ends) {
  return std::isfinite(ends.low) && std::isfinite(ends.high) && (!rule.min || ends.low >= *rule.min) &&
         (!rule.max || ends.high <= *rule.max);
}

/// The figure that decides: the low end for a least value, else the high one.
double Deciding(const GateRule& rule, Ends ends) { return rule.min ? ends.low : ends.high; }

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
    if (!rule.gap.empty()) return OfGap(rule);
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
    if (!kpi || !kpi->target)
      return Failed(rule, "", "the charter has no KPI '" + rule.kpi + "' with a target");
    const bool least = kpi->comparator.starts_with('>');
    const std::string wanted = kpi->comparator + " " + Shown(*kpi->target), bound = (!rule.by_interval ? ""
                                                                                     : least ? "low end "
                                                                                             : "high end ") +
                                                                                    wanted;
    const auto metric =
        evaluation::MetricNamed(std::string_view(kpi->source).substr(kpi->source.find('.') + 1));
    if (!metric) return Failed(rule, bound, metric.error().message);
    const auto measured = examination_.MetricOf(kCandidate, *metric);
    if (!measured) return Failed(rule, bound, measured.error().message);
    const Ends ends = EndsOf(rule, *measured);
    const double deciding = least ? ends.low : ends.high;
    return {rule.name, std::isfinite(deciding) && kpi->MetBy(deciding), NumberOrNull(deciding), bound,
            std::string(evaluation::NameOf(*metric)) + " is " + Shown(measured->value) +
                IntervalText(*measured) + Rows(examination_) + "; the KPI '" + kpi->name + "' of " +
                kpi->owner + " wants " + wanted};
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
    if (rule.worst_slice) return OfWorstSliceGain(rule, metric);
    const auto gain = examination_.GainOf(kCandidate, rule.against, metric);
    const auto mine = examination_.MetricOf(kCandidate, metric),
               theirs = examination_.MetricOf(rule.against, metric);
    for (const auto* one : {&gain, &mine, &theirs}) {
      if (!*one) return Failed(rule, bound, one->error().message);
    }
    // The whole interval must lie above: a gain that chance alone could explain is none.
    return {rule.name, gain->low > -rule.margin, NumberOrNull(gain->value), bound,
            rule.metric + " is " + Shown(mine->value) + ", that of " + Opponent(rule) + " " +
                Shown(theirs->value) + ": " + (gain->value >= 0 ? "better by " : "worse by ") +
                Shown(std::abs(gain->value)) + IntervalText(*gain) + Rows(examination_)};
  }

  std::string Opponent(const GateRule& rule) const {
    return rule.against == kProduction ? "version " + std::to_string(evidence_.production) + " in production"
                                       : "the heuristic";
  }

  /// Stopped by what is surely worse, over all slices at once; by value, by what is worse as measured.
  Rule OfWorstSliceGain(const GateRule& rule, evaluation::Metric metric) const {
    const std::string least = Shown(rule.margin == 0 ? 0 : -rule.margin),
                      bound = rule.by_interval ? "no slice surely below a gain of " + least
                                               : "every slice's gain >= " + least;
    const auto by = rule.by_interval ? evaluation::WorstBy::BadEnd : evaluation::WorstBy::Value;
    const auto worst = examination_.WorstSliceGainOf(kCandidate, rule.against, metric, rule.min_rows, by);
    if (!worst) return Failed(rule, bound, worst.error().message);
    if (!*worst) return Failed(rule, bound, NoSlice(rule));
    const auto& [column, value, rows, slices, gain] = **worst;
    const double deciding = rule.by_interval ? gain.high : gain.value;
    return {rule.name, std::isfinite(deciding) && deciding >= -rule.margin, NumberOrNull(gain.value), bound,
            "the worst of " + std::to_string(slices) + " slices is " + column + " = " + value + ": " +
                rule.metric + " " + (gain.value >= 0 ? "better by " : "worse by ") +
                Shown(std::abs(gain.value)) + " than " + Opponent(rule) + " (" + Shown(gain.low) + " to " +
                Shown(gain.high) + " with 95% confidence for all slices at once) over " +
                WithThousands(rows) + " rows"};
  }

  Rule OfGap(const GateRule& rule) const {
    const auto measured = examination_.GapOf(kCandidate, rule.gap, rule.by, rule.min_rows);
    if (!measured) return Failed(rule, BoundText(rule), measured.error().message);
    const Ends ends = EndsOf(rule, *measured);
    return {rule.name, Within(rule, ends), NumberOrNull(Deciding(rule, ends)), BoundText(rule),
            rule.gap + " between the groups of " + rule.by + " is " + Shown(measured->value) +
                IntervalText(*measured) + Rows(examination_)};
  }

  std::string NoSlice(const GateRule& rule) const {
    return "no slice of " + Join(gates_.slices, ", ") + " has the " + std::to_string(rule.min_rows) +
           " rows that are needed to judge it";
  }

  Rule OfBound(const GateRule& rule, evaluation::Metric metric) const {
    const auto measured = examination_.MetricOf(kCandidate, metric);
    if (!measured) return Failed(rule, BoundText(rule), measured.error().message);
    const Ends ends = EndsOf(rule, *measured);
    return {rule.name, Within(rule, ends), NumberOrNull(Deciding(rule, ends)), BoundText(rule),
            rule.metric + " is " + Shown(measured->value) + IntervalText(*measured) + Rows(examination_)};
  }

  Rule OfWorstSlice(const GateRule& rule, evaluation::Metric metric) const {
    const auto by = rule.by_interval ? evaluation::WorstBy::BadEnd : evaluation::WorstBy::Value;
    const auto worst = examination_.WorstSliceOf(kCandidate, metric, rule.min_rows, by);
    if (!worst) return Failed(rule, BoundText(rule), worst.error().message);
    if (!*worst) return Failed(rule, BoundText(rule), NoSlice(rule));
    const evaluation::Slice& slice = **worst;
    const std::string detail = "the worst slice is " + slice.column + " = " + slice.value + ": " +
                               rule.metric + " " + Shown(slice.metric) +
                               (slice.interval ? IntervalText(*slice.interval) : "") + " over " +
                               WithThousands(slice.rows) + " rows";
    if (!slice.interval && rule.by_interval)
      return Failed(rule, BoundText(rule), detail + ", and its interval is not defined");
    const Ends ends = slice.interval ? EndsOf(rule, *slice.interval) : Ends{slice.metric, slice.metric};
    return {rule.name, Within(rule, ends), NumberOrNull(Deciding(rule, ends)), BoundText(rule), detail};
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
