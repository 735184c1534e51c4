#include "loop/scorecard/delivery.h"

#include <algorithm>
#include <map>

namespace cairn::scorecard {
namespace {

constexpr std::array<const char*, 4> kBandNames{"elite", "high", "medium", "low"};
constexpr double kDayMs = 86'400'000;

bool Is(const Moment& moment, std::string_view kind) { return moment.event.kind == kind; }
bool AboutQuality(const Moment& moment) { return moment.event.body.Text("kind", "quality") == "quality"; }
bool SameVersion(const Moment& moment, const Promotion& promotion, std::string_view name = "version") {
  return moment.event.body.Text("model") == promotion.model &&
         VersionIn(moment.event.body, name) == promotion.version;
}

/// The run of the pipeline that made the version registered at `registered`: the first one with the
/// promotion's cause, else the newest that was still going on then.
const Moment* RunBehind(const History& history, const Promotion& promotion, const Moment& registered) {
  std::vector<const Moment*> open;
  for (const Moment& moment : history.moments()) {
    if (!History::Before(moment, registered)) break;
    if (Is(moment, "pipeline.run_started")) {
      const bool behind =
          moment.event.cause == promotion.cause || moment.event.body.Text("run") == promotion.cause;
      if (!promotion.cause.empty() && behind) return &moment;
      open.push_back(&moment);
    } else if (Is(moment, "pipeline.run_ended")) {
      std::erase_if(open, [&](const Moment* run) {
        return run->event.body.Text("run") == moment.event.body.Text("run");
      });
    }
  }
  return open.empty() ? nullptr : open.back();
}

void FindBeginning(const History& history, const Moment& promoted, Promotion& promotion) {
  const Moment* registered = nullptr;
  for (const Moment* added : history.Of("registry.version_added")) {
    if (History::Before(*added, promoted) && SameVersion(*added, promotion)) registered = added;
  }
  if (registered == nullptr) return;
  promotion.began = promotion.registered = registered->at;
  if (const Moment* run = RunBehind(history, promotion, *registered)) {
    promotion.began = run->at;
    promotion.on = run->event.body.At("trigger").Text("on", "demand");
    promotion.events.push_back(run->id);
  }
  promotion.events.push_back(registered->id);
}

/// Whether a window of this version's quality was judged and found within its bound.
bool ShowsItGood(const Moment& moment, const Promotion& promotion) {
  if (!Is(moment, "monitoring.window_closed") || !AboutQuality(moment)) return false;
  const std::string version = VersionIn(moment.event.body);
  if (!version.empty() && version != promotion.version) return false;
  for (const Json& value : moment.event.body.At("values").items()) {
    if (value.Bool("breached")) return false;
  }
  return true;
}

void FindFailure(const History& history, const Moment& promoted, Promotion& promotion) {
  bool good = false;
  for (const Moment& moment : history.moments()) {
    if (!History::Before(promoted, moment)) continue;
    const std::string model = moment.event.body.Text("model", promotion.model);
    if (Is(moment, "rollout.promoted") && model == promotion.model) return;
    good = good || ShowsItGood(moment, promotion);
    if (Is(moment, "rollout.rolled_back") && SameVersion(moment, promotion, "from")) {
      promotion.why = "rolled back: " + moment.event.body.Text("reason");
    } else if (Is(moment, "monitoring.alert_raised") && AboutQuality(moment) && model == promotion.model &&
               !good) {
      const std::string version = VersionIn(moment.event.body);
      if (version.empty() || version == promotion.version)
        promotion.why = "alert of " + moment.event.body.Text("monitor") + " before any good window";
    }
    if (!promotion.why.empty()) {
      promotion.failed = true;
      promotion.events.push_back(moment.id);
      return;
    }
  }
}

Promotion PromotionOf(const History& history, const Moment& promoted) {
  Promotion promotion;
  promotion.model = promoted.event.body.Text("model");
  promotion.version = VersionIn(promoted.event.body);
  promotion.decision = promoted.event.body.Text("decision");
  promotion.cause = promoted.event.cause;
  promotion.on = "demand";
  promotion.at = promoted.at;
  FindBeginning(history, promoted, promotion);
  promotion.events.push_back(promoted.id);
  FindFailure(history, promoted, promotion);
  return promotion;
}

/// Whether the version that the alert is about was taken back.
bool TakesBack(const Moment& returned, const Moment& raised) {
  const std::string version = VersionIn(raised.event.body);
  return !version.empty() && VersionIn(returned.event.body, "from") == version &&
         returned.event.body.Text("model") == raised.event.body.Text("model");
}

Incident IncidentOf(const History& history, const Moment& raised) {
  Incident incident;
  incident.alert = raised.event.body.Text("alert");
  incident.monitor = raised.event.body.Text("monitor");
  incident.from = raised.at;
  for (const Moment& moment : history.moments()) {
    if (!History::Before(raised, moment)) continue;
    if (Is(moment, "monitoring.alert_closed") && moment.event.body.Text("alert") == incident.alert)
      incident.ended_by = "closed";
    if (Is(moment, "rollout.promoted") && moment.event.cause == incident.alert)
      incident.ended_by = "promoted";
    if (Is(moment, "rollout.rolled_back") &&
        (moment.event.cause == incident.alert || TakesBack(moment, raised))) {
      incident.ended_by = "rolled_back";
    }
    if (incident.ended_by.empty()) continue;
    incident.to = moment.at;
    break;
  }
  return incident;
}

std::optional<std::int64_t> Median(std::vector<std::int64_t> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
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

Json ToJson(const Promotion& promotion) {
  Json events = Json::Array();
  for (const auto& id : promotion.events) events.Push(id);
  const bool known = promotion.began && promotion.registered;
  return Json{{"model", promotion.model},
              {"version", promotion.version},
              {"at_ms", promotion.at},
              {"on", promotion.on},
              {"cause", promotion.cause},
              {"decision", promotion.decision},
              {"lead_ms", promotion.began ? Json(promotion.at - *promotion.began) : Json()},
              {"training_ms", known ? Json(*promotion.registered - *promotion.began) : Json()},
              {"release_ms", known ? Json(promotion.at - *promotion.registered) : Json()},
              {"failed", promotion.failed},
              {"why", promotion.why},
              {"events", std::move(events)}};
}

Json ToJson(const Incident& incident) {
  return Json{{"alert", incident.alert},
              {"monitor", incident.monitor},
              {"from_ms", incident.from},
              {"to_ms", OrNull(incident.to)},
              {"ended_by", incident.ended_by},
              {"restore_ms", incident.to ? Json(*incident.to - incident.from) : Json()}};
}

}  // namespace

Delivery Delivery::Of(const History& history, TimeMs from, TimeMs until) {
  Delivery delivery;
  delivery.from = from != 0 || history.moments().empty() ? from : history.moments().front().at;
  delivery.until = until;
  for (const Moment& moment : history.moments()) {
    if (moment.at < delivery.from || moment.at >= until) continue;
    if (Is(moment, "rollout.promoted")) delivery.promotions.push_back(PromotionOf(history, moment));
    if (Is(moment, "monitoring.alert_raised") && AboutQuality(moment))
      delivery.incidents.push_back(IncidentOf(history, moment));
  }
  return delivery;
}

double Delivery::PerDay() const {
  return static_cast<double>(promotions.size()) / std::max(1.0, static_cast<double>(until - from) / kDayMs);
}

std::optional<std::int64_t> Delivery::MedianLeadMs() const {
  std::vector<std::int64_t> times;
  for (const Promotion& promotion : promotions) {
    if (promotion.began) times.push_back(promotion.at - *promotion.began);
  }
  return Median(std::move(times));
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

Json Delivery::ToJson(const Bands& bands) const {
  const auto below = [](auto value, auto limit) { return value < limit; };
  const auto at_most = [](double value, double limit) { return value <= limit; };
  const auto at_least = [](double value, double limit) { return value >= limit; };
  std::map<std::string, std::int64_t> causes;
  Json shipped = Json::Array(), broken = Json::Array(), by_cause = Json::Object();
  std::int64_t failed = 0, leads = 0, restored = 0;
  for (const Promotion& promotion : promotions) {
    ++causes[promotion.on];
    failed += promotion.failed;
    leads += promotion.began.has_value();
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
              {"lead_time_ms", Json{{"median", OrNull(MedianLeadMs())},
                                    {"count", leads},
                                    {"band", BandOf(MedianLeadMs(), bands.lead_ms, below)}}},
              {"time_to_restore_ms", Json{{"median", OrNull(MedianRestoreMs())},
                                          {"count", restored},
                                          {"open", open},
                                          {"band", BandOf(MedianRestoreMs(), bands.restore_ms, below)}}},
              {"change_failure_rate", Json{{"value", OrNull(FailureRate())},
                                           {"failed", failed},
                                           {"count", promotions.size()},
                                           {"band", BandOf(FailureRate(), bands.failure, at_most)}}},
              {"items", std::move(shipped)},
              {"incidents", std::move(broken)}};
}

}  // namespace cairn::scorecard
