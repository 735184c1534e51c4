#include "loop/assessment/plan.h"

#include <cstdio>

#include "ledger/metadata/event.h"
#include "ledger/metadata/log.h"

namespace cairn::assessment {
namespace {

constexpr std::string_view kPlanned = "evaluation.planned";

Json Optional(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::string Shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

Json RecordOf(double value, const char* from, bool recorded, const Json& plan, std::string sentence) {
  return Json{{"value", value},
              {"from", from},
              {"recorded", recorded},
              {"event", recorded ? plan.At("event") : Json()},
              {"at_ms", recorded ? plan.At("at_ms") : Json()},
              {"sentence", std::move(sentence)}};
}

}  // namespace

Result<Json> PlanOf(sql::Database& database, std::string_view model) {
  metadata::EventFilter filter;
  filter.kind = kPlanned;
  filter.subject = "model:" + std::string(model);
  filter.order = metadata::EventFilter::Order::NewestFirst;
  filter.limit = 1;
  const auto found = CAIRN_TRY(metadata::Log(database).Read(filter));
  if (found.empty()) return Json();
  Json plan = found.front().event.body;
  return plan.Set("event", found.front().id).Set("at_ms", found.front().at);
}

Result<Json> Assessments::Record(const Plan& plan, std::string_view actor) {
  if (!plan.threshold && plan.metric.empty())
    return Error{Reason::InvalidArgument,
                 "a plan says at which threshold rows are decided, or which figure must keep which bound"};
  if (plan.threshold && !(*plan.threshold >= 0 && *plan.threshold <= 1))
    return Error{Reason::InvalidArgument, "the threshold must lie between 0 and 1"};
  if (plan.metric.empty() == (plan.min || plan.max))
    return Error{Reason::InvalidArgument,
                 "a metric needs a bound, 'min' or 'max', and a bound needs a 'metric'"};
  CAIRN_TRY(rooms_.registry.FindModel(plan.model));
  const TimeMs now = rooms_.clock.Now();
  Json body{{"model", plan.model},
            {"threshold", Optional(plan.threshold)},
            {"metric", plan.metric},
            {"min", Optional(plan.min)},
            {"max", Optional(plan.max)}};
  const std::string event = CAIRN_TRY(rooms_.database.Transact([&](sql::Connection& connection) {
    return metadata::Append(connection, now,
                            {.kind = std::string(kPlanned),
                             .subject = "model:" + plan.model,
                             .actor = std::string(actor),
                             .cause = "",
                             .body = body});
  }));
  return body.Set("event", event).Set("at_ms", now);
}

Decided ThresholdFor(const Question& question, const Json& plan, const Context& context) {
  const bool planned = plan.At("threshold").IsNumber();
  const bool bound = context.threshold && (question.model.empty() || context.model == question.model);
  if (question.threshold) {
    const double value = *question.threshold;
    if (planned && plan.Double("threshold") == value)
      return {value, RecordOf(value, "plan", true, plan, "the threshold was on record before the result")};
    return {value,
            RecordOf(value, "question", false, plan,
                     planned ? "this is not the threshold on record, " + Shown(plan.Double("threshold"))
                             : "no threshold was on record before this result")};
  }
  if (planned) {
    const double value = plan.Double("threshold");
    return {value, RecordOf(value, "plan", true, plan, "the threshold was on record before the result")};
  }
  if (bound) {
    const Json accepted{{"event", context.digest}, {"at_ms", Json()}};
    return {*context.threshold, RecordOf(*context.threshold, "configuration", true, accepted,
                                         "the accepted cairn.yaml named the threshold before the result")};
  }
  return {0.5, RecordOf(0.5, "default", false, plan,
                        "no threshold was on record before this result; 0.5 is nobody's choice")};
}

Json BoundOf(const Json& plan, const Json& report) {
  const std::string metric = plan.Text("metric");
  if (metric.empty()) return Json();
  Json bound{{"metric", metric}, {"min", plan.At("min")}, {"max", plan.At("max")}};
  for (const Json& figure : report.At("figures").items()) {
    if (figure.Text("name") != metric) continue;
    const bool known = figure.At("low").IsNumber() && figure.At("high").IsNumber();
    const bool met = known && (!plan.At("min").IsNumber() || figure.Double("low") >= plan.Double("min")) &&
                     (!plan.At("max").IsNumber() || figure.Double("high") <= plan.Double("max"));
    std::string wanted;
    if (plan.At("min").IsNumber()) wanted = "at least " + Shown(plan.Double("min"));
    if (plan.At("max").IsNumber())
      wanted += (wanted.empty() ? "" : " and ") + std::string("at most ") + Shown(plan.Double("max"));
    const std::string interval =
        known ? " (" + Shown(figure.Double("low")) + " to " + Shown(figure.Double("high")) + ")" : "";
    return bound.Set("met", met)
        .Set("sentence", metric + " is " +
                             (figure.At("value").IsNumber() ? Shown(figure.Double("value")) : "not defined") +
                             interval + "; the plan wants " + wanted + " with the whole interval");
  }
  return bound.Set("met", false)
      .Set("sentence", "the plan wants a bound of '" + metric + "', which was not measured");
}

}  // namespace cairn::assessment
