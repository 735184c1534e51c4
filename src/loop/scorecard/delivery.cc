#include "loop/scorecard/delivery.h"

#include <algorithm>
#include <map>

#include "loop/scorecard/changes/changes.h"

namespace cairn::scorecard {
namespace {

constexpr std::array<const char*, 4> kBandNames{"elite", "high", "medium", "low"};
constexpr double kDayMs = 86'400'000;
constexpr std::size_t kSpans = 6;

std::optional<std::int64_t> Median(std::vector<std::int64_t> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// The median over promotions of what `part` gives.
std::optional<std::int64_t> MedianOf(const std::vector<Promotion>& promotions,
                                     std::optional<std::int64_t> (Promotion::*part)() const) {
  std::vector<std::int64_t> times;
  for (const Promotion& promotion : promotions) {
    if (const auto time = (promotion.*part)()) times.push_back(*time);
  }
  return Median(std::move(times));
}

template <class T, class Within>
Json BandOf(const std::optional<T>& value, const std::array<T, 3>& limits, Within within) {
  if (!value) return {};
  std::size_t band = 0;
  while (band < limits.size() && !within(*value, limits[band])) ++band;
  return kBandNames[band];
}

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json Between(const std::optional<TimeMs>& from, const std::optional<TimeMs>& to) {
  return from && to ? Json(*to - *from) : Json();
}

Json Listed(const std::vector<std::string>& ids) {
  Json events = Json::Array();
  for (const auto& id : ids) events.Push(id);
  return events;
}

Json ToJson(const Comparison& comparison) {
  if (comparison.metric.empty()) return {};
  return Json{{"metric", comparison.metric},
              {"test", "Mann-Whitney, one-sided, alpha 0.05, over windows of live quality"},
              {"before", Json{{"windows", comparison.before}, {"mean", comparison.before_mean}}},
              {"after", Json{{"windows", comparison.after}, {"mean", comparison.after_mean}}},
              {"p_worse", comparison.p_worse},
              {"worse", comparison.worse}};
}

Json ToJson(const Promotion& promotion) {
  return Json{{"model", promotion.model},
              {"version", promotion.version},
              {"previous", promotion.previous},
              {"at_ms", promotion.at},
              {"on", promotion.on},
              {"cause", promotion.cause},
              {"decision", promotion.decision},
              {"lead_ms", OrNull(promotion.LeadMs())},
              {"exploration_ms", OrNull(promotion.ExplorationMs())},
              {"training_ms", OrNull(promotion.TrainingMs())},
              {"waiting_ms", OrNull(promotion.WaitingMs())},
              {"replaced", ToJson(promotion.comparison)},
              {"failed", promotion.failed},
              {"why", promotion.why},
              {"events", Listed(promotion.events)}};
}

Json ToJson(const Incident& incident) {
  return Json{{"alert", incident.alert},
              {"monitor", incident.monitor},
              {"from_ms", incident.from},
              {"to_ms", OrNull(incident.to)},
              {"acted_by", incident.acted_by},
              {"answer_ms", Between(incident.from, incident.answered)},
              {"retraining_ms", Between(incident.answered, incident.registered)},
              {"release_ms", Between(incident.registered, incident.acted)},
              {"proof_ms", Between(incident.acted, incident.to)},
              {"restore_ms", Between(incident.from, incident.to)},
              {"events", Listed(incident.events)}};
}

/// "better", "worse" or "steady": the mean of the later half of what is known against the earlier half's.
Json Direction(const std::vector<std::optional<double>>& values, bool higher_is_better) {
  std::vector<double> known;
  for (const auto& value : values) {
    if (value) known.push_back(*value);
  }
  if (known.size() < 2) return {};
  const std::size_t half = known.size() / 2;
  double before = 0, after = 0;
  for (std::size_t i = 0; i < half; ++i) {
    before += known[i] / static_cast<double>(half);
    after += known[known.size() - 1 - i] / static_cast<double>(half);
  }
  // A tenth more or less is no trend.
  if (std::abs(after - before) <= 0.1 * std::max(std::abs(before), std::abs(after))) return "steady";
  return (after > before) == higher_is_better ? "better" : "worse";
}

template <class T>
std::optional<double> AsDouble(const std::optional<T>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

Json TrendOf(const Delivery& delivery) {
  std::vector<std::optional<double>> often, lead, restore, failure;
  Json spans = Json::Array();
  for (const Delivery& span : delivery.Spans(kSpans)) {
    // Without any promotion there is no frequency that could change.
    if (!delivery.promotions.empty()) often.push_back(span.PerDay());
    lead.push_back(AsDouble(span.MedianLeadMs()));
    restore.push_back(AsDouble(span.MedianRestoreMs()));
    failure.push_back(span.FailureRate());
    spans.Push(Json{{"from_ms", span.from},
                    {"to_ms", span.until},
                    {"promotions", span.promotions.size()},
                    {"per_day", span.PerDay()},
                    {"lead_ms", OrNull(span.MedianLeadMs())},
                    {"restore_ms", OrNull(span.MedianRestoreMs())},
                    {"failure_rate", OrNull(span.FailureRate())}});
  }
  return Json{{"deployment_frequency", Direction(often, true)},
              {"lead_time_ms", Direction(lead, false)},
              {"time_to_restore_ms", Direction(restore, false)},
              {"change_failure_rate", Direction(failure, false)},
              {"spans", std::move(spans)}};
}

Json LeadOf(const std::vector<Promotion>& promotions, const Bands& bands) {
  const auto lead = MedianOf(promotions, &Promotion::LeadMs);
  const auto count = std::count_if(promotions.begin(), promotions.end(),
                                   [](const Promotion& one) { return one.LeadMs().has_value(); });
  return Json{{"median", OrNull(lead)},
              {"count", static_cast<std::int64_t>(count)},
              {"exploration", OrNull(MedianOf(promotions, &Promotion::ExplorationMs))},
              {"training", OrNull(MedianOf(promotions, &Promotion::TrainingMs))},
              {"waiting", OrNull(MedianOf(promotions, &Promotion::WaitingMs))},
              {"band", BandOf(lead, bands.lead_ms, [](auto value, auto limit) { return value < limit; })}};
}

}  // namespace

Delivery Delivery::Of(const History& history, TimeMs from, TimeMs until) {
  Delivery delivery;
  delivery.from = from != 0 || history.moments().empty() ? from : history.moments().front().at;
  delivery.until = until;
  const auto within = [&](const Moment& moment) { return moment.at >= delivery.from && moment.at < until; };
  for (const Moment* promoted : history.Of("rollout.promoted")) {
    if (within(*promoted)) delivery.promotions.push_back(PromotionOf(history, *promoted));
  }
  for (const Moment* raised : history.Of("monitoring.alert_raised")) {
    if (within(*raised) && AboutQuality(*raised)) delivery.incidents.push_back(IncidentOf(history, *raised));
  }
  for (const Moment* released : history.Of("governance.emergency_released")) {
    if (within(*released)) delivery.emergencies.push_back(released->id);
  }
  return delivery;
}

double Delivery::PerDay() const {
  return static_cast<double>(promotions.size()) / std::max(1.0, static_cast<double>(until - from) / kDayMs);
}

std::optional<std::int64_t> Delivery::MedianLeadMs() const {
  return MedianOf(promotions, &Promotion::LeadMs);
}

std::optional<std::int64_t> Delivery::MedianRestoreMs() const {
  std::vector<std::int64_t> times;
  for (const Incident& incident : incidents) {
    if (incident.to) times.push_back(*incident.to - incident.from);
  }
  return Median(std::move(times));
}

std::optional<double> Delivery::FailureRate() const {
  if (promotions.empty()) return std::nullopt;
  const auto failed =
      std::count_if(promotions.begin(), promotions.end(), [](const Promotion& one) { return one.failed; });
  return static_cast<double>(failed) / static_cast<double>(promotions.size());
}

std::vector<Delivery> Delivery::Spans(std::size_t count) const {
  std::vector<Delivery> spans(count);
  const std::int64_t length = std::max<std::int64_t>(1, (until - from) / static_cast<std::int64_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    spans[i].from = from + length * static_cast<std::int64_t>(i);
    spans[i].until = i + 1 == count ? std::max(until, spans[i].from) : spans[i].from + length;
  }
  const auto span_of = [&](TimeMs at) -> Delivery& {
    return spans[std::min(count - 1, static_cast<std::size_t>((at - from) / length))];
  };
  for (const Promotion& promotion : promotions) span_of(promotion.at).promotions.push_back(promotion);
  for (const Incident& incident : incidents) span_of(incident.from).incidents.push_back(incident);
  return spans;
}

Json Delivery::ToJson(const Bands& bands) const {
  const auto below = [](auto value, auto limit) { return value < limit; };
  const auto at_most = [](double value, double limit) { return value <= limit; };
  const auto at_least = [](double value, double limit) { return value >= limit; };
  std::map<std::string, std::int64_t> causes;
  Json shipped = Json::Array(), broken = Json::Array(), by_cause = Json::Object();
  std::int64_t failed = 0, restored = 0;
  for (const Promotion& promotion : promotions) {
    ++causes[promotion.on];
    failed += promotion.failed;
    shipped.Push(scorecard::ToJson(promotion));
  }
  for (const Incident& incident : incidents) {
    restored += incident.to.has_value();
    broken.Push(scorecard::ToJson(incident));
  }
  for (const auto& [cause, count] : causes) by_cause.Set(cause, count);
  const auto open = static_cast<std::int64_t>(incidents.size()) - restored;
  const std::optional<double> per_day = promotions.empty() ? std::nullopt : std::optional(PerDay());
  return Json{{"window", Json{{"from_ms", from}, {"to_ms", until}}},
              {"promotions", promotions.size()},
              {"deployment_frequency", Json{{"per_day", PerDay()},
                                            {"by_cause", std::move(by_cause)},
                                            {"band", BandOf(per_day, bands.per_day, at_least)}}},
              {"lead_time_ms", LeadOf(promotions, bands)},
              {"time_to_restore_ms", Json{{"median", OrNull(MedianRestoreMs())},
                                          {"count", restored},
                                          {"open", open},
                                          {"band", BandOf(MedianRestoreMs(), bands.restore_ms, below)}}},
              {"change_failure_rate", Json{{"value", OrNull(FailureRate())},
                                           {"failed", failed},
                                           {"count", promotions.size()},
                                           {"band", BandOf(FailureRate(), bands.failure, at_most)}}},
              {"trend", TrendOf(*this)},
              {"items", std::move(shipped)},
              {"incidents", std::move(broken)},
              {"emergencies", Json{{"count", emergencies.size()}, {"events", Listed(emergencies)}}}};
}

}  // namespace cairn::scorecard
