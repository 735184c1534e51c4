#include "loop/monitoring/monitoring.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>

#include "ground/os/identity.h"
#include "ledger/metadata/event.h"
#include "loop/monitoring/derived.h"
#include "loop/monitoring/intake.h"
#include "loop/monitoring/judge.h"
#include "loop/monitoring/store/window_table.h"

namespace cairn::monitoring {
namespace {

/// Rows per transaction while the log is read: large enough to share its cost, small enough for others to get
/// their turn.
constexpr std::size_t kRowsAtOnce = 4000;

std::string StatisticOf(const Monitor& monitor) {
  return monitor.quality.empty() ? monitor.drift : monitor.quality;
}
std::string KindOf(const Monitor& monitor) { return monitor.quality.empty() ? "drift" : "quality"; }

Json SpanJson(TimeMs from, TimeMs to) { return Json{{"from", from}, {"to", to}}; }

metadata::Event ClosedEvent(const Monitor& monitor, const Judgement& judgement) {
  const Window& first = judgement.windows.front();
  Json values = Json::Array();
  for (const Window& window : judgement.windows) {
    if (window.state == "closed")
      values.Push(Json{{"column", window.column},
                       {"value", window.value},
                       {"breached", window.breached},
                       {"rows", window.rows}});
  }
  return {"monitoring.window_closed", "monitor:" + monitor.name, "system", "",
          Json{{"monitor", monitor.name},
               {"kind", KindOf(monitor)},
               {"statistic", StatisticOf(monitor)},
               {"kpi", monitor.protects},
               {"window", SpanJson(first.from, first.to)},
               {"rows", first.rows},
               {"version", judgement.version},
               {"values", std::move(values)}}};
}

metadata::Event RaisedEvent(const Plan& plan, const Monitor& monitor, const Alert& alert,
                            std::int64_t version) {
  return {"monitoring.alert_raised", "alert:" + alert.id, "system", alert.id,
          Json{{"alert", alert.id},
               {"monitor", alert.monitor},
               {"kpi", alert.kpi},
               {"kind", KindOf(monitor)},
               {"statistic", StatisticOf(monitor)},
               {"column", alert.column},
               {"value", alert.value},
               {"threshold", alert.bound},
               {"window", SpanJson(alert.from, alert.to)},
               {"model", plan.model},
               {"version", version}}};
}

bool AnyClosed(const Judgement& judgement) {
  return std::any_of(judgement.windows.begin(), judgement.windows.end(),
                     [](const Window& window) { return window.state == "closed"; });
}

/// The alert that a settled window raises, or none; closes the open one when the window is back within the
/// bound.
Result<std::optional<Alert>> Conclude(sql::Connection& connection, TimeMs now, const Plan& plan,
                                      const Monitor& monitor, const Judgement& judgement) {
  const Window& first = judgement.windows.front();
  const Window* worst = judgement.Worst(monitor);
  const auto open = CAIRN_TRY(OpenAlertOf(connection, monitor.name));
  if (open) {
    if (worst != nullptr || first.from <= open->from || !AnyClosed(judgement)) return std::optional<Alert>();
    CAIRN_TRY(CloseAlert(connection, open->id, now));
    CAIRN_TRY(
        metadata::Append(connection, now,
                         {"monitoring.alert_closed", "alert:" + open->id, "system", open->id,
                          Json{{"alert", open->id}, {"monitor", monitor.name}, {"value", first.value}}}));
    return std::optional<Alert>();
  }
  if (worst == nullptr) return std::optional<Alert>();
  // A window that waited long for its labels says nothing about today when a later one is fine already.
  const auto newest = CAIRN_TRY(NewestClosed(connection, monitor.name));
  if (newest && newest->from > worst->from) return std::optional<Alert>();
  Alert alert;
  alert.id = os::NewUuid(now);
  alert.monitor = monitor.name;
  alert.kpi = monitor.protects;
  alert.column = worst->column;
  alert.value = worst->value;
  alert.bound = monitor.bound();
  alert.from = worst->from;
  alert.to = worst->to;
  alert.raised_ms = now;
  CAIRN_TRY(InsertAlert(connection, alert));
  CAIRN_TRY(metadata::Append(connection, now, RaisedEvent(plan, monitor, alert, judgement.version)));
  return std::optional(std::move(alert));
}

}  // namespace

struct Monitoring::State {
  State(sql::Database& store, const os::Clock& time, serving::PredictionLog& log, data::Catalogue& catalogue,
        const registry::Registry& registry)
      : database(store), clock(time), predictions(log), judge(store, catalogue, registry, log.mask()) {}

  std::shared_ptr<const Plan> CurrentPlan() const {
    const std::lock_guard lock(plan_mutex);
    return plan;
  }
  /// Takes in what is new in the log. The caller holds `work`.
  Result<> Ingest(const Plan& with);
  /// Closes what is over. The caller holds `work`.
  Result<> Close(const Plan& with);
  /// Looks at one window and records what changed. The caller holds `work`.
  Result<std::optional<Alert>> Settle(const Plan& with, const Monitor& monitor, Span span, TimeMs watermark);
  /// Tells of the alerts that nobody was told of.
  Result<> Tell(const std::function<Result<>(const Alert&)>& on_alert);

  sql::Database& database;
  const os::Clock& clock;
  const serving::PredictionLog& predictions;
  std::mutex work;  ///< Held by whoever reads the log or closes windows.
  Judge judge;
  std::function<void(const std::vector<Label>&)> hears;
  bool news = true;  ///< Whether anything came since the windows were last looked at.
  std::mutex telling;
  std::atomic<bool> untold = true;  ///< Whether there may be alerts that nobody was told of.
  mutable std::mutex plan_mutex;    ///< Of what follows.
  std::shared_ptr<const Plan> plan;
  std::map<std::string, std::string> problems;
};

Result<> Monitoring::State::Ingest(const Plan& with) {
  const Position before =
      CAIRN_TRY(database.Read([](sql::Connection& connection) { return SelectPosition(connection); }));
  Intake intake(with, before.watermark);
  const auto flush = [&]() -> Result<> {
    const auto rows = intake.Hand();
    return database.Transact([&](sql::Connection& connection) { return InsertRows(connection, rows); });
  };
  Position after;
  after.place =
      CAIRN_TRY(predictions.Read(before.place, [&](const serving::Prediction& prediction) -> Result<> {
        intake.Take(prediction);
        return intake.waiting() < kRowsAtOnce ? Result<>() : flush();
      }));
  if (after.place == before.place) return Done{};
  after.watermark = intake.watermark();
  const auto rows = intake.Hand();
  const auto touched = intake.Touched();
  // The position moves with the last rows: after a crash in between, what was flushed is read and passed over
  // again.
  CAIRN_TRY(database.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(InsertRows(connection, rows));
    CAIRN_TRY(OpenWindows(connection, touched));
    return PutPosition(connection, after);
  }));
  news = true;
  return Done{};
}

Result<std::optional<Alert>> Monitoring::State::Settle(const Plan& with, const Monitor& monitor, Span span,
                                                       TimeMs watermark) {
  const Judgement judgement = CAIRN_TRY(judge.Look(with, monitor, span, watermark));
  if (!judgement.problem.empty()) {
    const std::lock_guard lock(plan_mutex);
    problems[monitor.name] = judgement.problem;
  }
  const TimeMs now = clock.Now();
  return database.Transact([&](sql::Connection& connection) -> Result<std::optional<Alert>> {
    if (!CAIRN_TRY(IsUnsettled(connection, monitor.name, span.from))) return std::optional<Alert>();
    for (const Window& window : judgement.windows) CAIRN_TRY(PutWindow(connection, window));
    if (!judgement.Settled()) return std::optional<Alert>();
    if (judgement.is_baseline) CAIRN_TRY(PutBaseline(connection, monitor.name, judgement.version, span));
    if (AnyClosed(judgement)) CAIRN_TRY(metadata::Append(connection, now, ClosedEvent(monitor, judgement)));
    return Conclude(connection, now, with, monitor, judgement);
  });
}

Result<> Monitoring::State::Close(const Plan& with) {
  CAIRN_TRY(Ingest(with));
  {
    // A monitor that waits for something looks again: it may be there now.
    const std::lock_guard lock(plan_mutex);
    news = news || !problems.empty();
    problems.clear();
  }
  if (!news && !with.time_column.empty()) return Done{};
  TimeMs watermark = CAIRN_TRY(database.Read([](sql::Connection& connection) {
                       return SelectPosition(connection);
                     })).watermark;
  // Without a time in the rows the windows end by the clock, also while nobody asks.
  if (with.time_column.empty()) watermark = std::max(watermark, clock.Now());
  for (const Monitor& monitor : with.monitors) {
    for (const Span span : CAIRN_TRY(database.Read(
             [&](sql::Connection& connection) { return UnsettledSpans(connection, monitor.name); }))) {
      if (CAIRN_TRY(Settle(with, monitor, span, watermark))) untold = true;
    }
  }
  news = false;
  return Done{};
}

Result<> Monitoring::State::Tell(const std::function<Result<>(const Alert&)>& on_alert) {
  if (!on_alert || !untold) return Done{};
  const std::lock_guard turn(telling);
  untold = false;
  const auto told = [&]() -> Result<> {
    for (const Alert& alert : CAIRN_TRY(database.Read(SelectUntold))) {
      CAIRN_TRY(on_alert(alert));
      CAIRN_TRY(
          database.Transact([&](sql::Connection& connection) { return MarkTold(connection, alert.id); }));
    }
    return Done{};
  }();
  if (!told) untold = true;
  return told;
}

Monitoring::Monitoring(sql::Database& database, const os::Clock& clock, serving::PredictionLog& predictions,
                       data::Catalogue& catalogue, const registry::Registry& registry)
    : state_(std::make_shared<State>(database, clock, predictions, catalogue, registry)) {}

Result<> Monitoring::Configure(const Node& configuration) {
  auto plan = std::make_shared<const Plan>(CAIRN_TRY(PlanOf(configuration)));
  const std::lock_guard working(state_->work);
  state_->judge.Forget();
  state_->news = true;
  const std::lock_guard lock(state_->plan_mutex);
  state_->plan = std::move(plan);
  state_->problems.clear();
  return Done{};
}

Result<Monitoring::Joined> Monitoring::PostLabels(const std::vector<Label>& labels) {
  const auto plan = state_->CurrentPlan();
  if (!plan)
    return Error{Reason::Conflict,
                 "labels are joined to a model's predictions, and no accepted configuration names one: "
                 "accept one with 'cairn apply'"};
  std::map<std::string, double> last;
  for (const Label& label : labels) {
    const bool fits = plan->classifies ? label.value == 0 || label.value == 1 : std::isfinite(label.value);
    if (!fits)
      return Error{Reason::InvalidArgument, "the label of '" + label.prediction + "' must be " +
                                                (plan->classifies ? "0 or 1" : "a finite number")};
    last[label.prediction] = label.value;
  }
  const std::lock_guard working(state_->work);
  CAIRN_TRY(state_->Ingest(*plan));
  const auto joined = CAIRN_TRY(state_->database.Transact([&](sql::Connection& connection) -> Result<Joined> {
    std::vector<RowLabel> given, first_rows;
    for (const auto& [id, value] : last) given.push_back({id, value});
    for (const std::string& id : CAIRN_TRY(PutLabels(connection, given)))
      first_rows.push_back({id + ".0", last[id]});
    const auto unknown = static_cast<std::int64_t>(CAIRN_TRY(PutLabels(connection, first_rows)).size());
    return Joined{static_cast<std::int64_t>(last.size()) - unknown, unknown};
  }));
  if (joined.accepted > 0) state_->news = true;
  if (state_->hears) state_->hears(labels);
  return joined;
}

Result<std::vector<std::string>> Monitoring::LabelledAmong(const std::vector<std::string>& rows) const {
  return state_->database.Read(
      [&](sql::Connection& connection) { return SelectLabelledAmong(connection, rows); });
}

void Monitoring::OnLabels(std::function<void(const std::vector<Label>&)> hears) {
  state_->hears = std::move(hears);
}

Result<> Monitoring::Advance(const std::function<Result<>(const Alert&)>& on_alert) {
  const auto plan = state_->CurrentPlan();
  const auto closed = [&]() -> Result<> {
    if (!plan || plan->monitors.empty()) return Done{};
    const std::lock_guard working(state_->work);
    return state_->Close(*plan);
  }();
  // Also when a later window failed: what was raised is on record.
  const auto told = state_->Tell(on_alert);
  return closed ? told : closed;
}

std::map<std::string, std::string> Monitoring::Problems() const {
  const std::lock_guard lock(state_->plan_mutex);
  return state_->problems;
}

Result<std::vector<Window>> Monitoring::Windows(std::string_view monitor) const {
  return state_->database.Read(
      [&](sql::Connection& connection) { return SelectWindows(connection, monitor); });
}

Result<std::vector<Alert>> Monitoring::Alerts(bool open_only) const {
  return state_->database.Read(
      [&](sql::Connection& connection) { return SelectAlerts(connection, open_only); });
}

Result<Alert> Monitoring::Acknowledge(std::string_view id, std::string_view actor) {
  const TimeMs now = state_->clock.Now();
  return state_->database.Transact([&](sql::Connection& connection) -> Result<Alert> {
    auto alert = CAIRN_TRY(SelectAlert(connection, id));
    if (!alert)
      return Error{Reason::NotFound,
                   "there is no alert '" + std::string(id) + "': `cairn monitor alerts` lists them"};
    if (alert->acknowledged_ms != 0) return *alert;
    alert->acknowledged_ms = now;
    alert->acknowledged_by = actor;
    CAIRN_TRY(MarkAcknowledged(connection, *alert));
    CAIRN_TRY(metadata::Append(connection, now,
                               {"monitoring.alert_acknowledged", "alert:" + alert->id, std::string(actor),
                                alert->id, Json{{"alert", alert->id}, {"monitor", alert->monitor}}}));
    return *alert;
  });
}

metadata::DerivedTable Monitoring::AlertTable() const { return AlertsOf(state_->database); }
metadata::DerivedTable Monitoring::WindowTable() const { return WindowsOf(state_->database); }

std::vector<Monitor> Monitoring::monitors() const {
  const auto plan = state_->CurrentPlan();
  return plan ? plan->monitors : std::vector<Monitor>();
}

Result<std::optional<double>> Monitoring::Quality(std::string_view metric) const {
  const auto plan = state_->CurrentPlan();
  std::optional<Window> newest;
  if (!plan) return std::optional<double>();
  for (const Monitor& monitor : plan->monitors) {
    if (monitor.quality != metric) continue;
    const auto window = CAIRN_TRY(state_->database.Read(
        [&](sql::Connection& connection) { return NewestClosed(connection, monitor.name); }));
    if (window && (!newest || window->to > newest->to)) newest = window;
  }
  return newest ? std::optional(newest->value) : std::nullopt;
}

}  // namespace cairn::monitoring
