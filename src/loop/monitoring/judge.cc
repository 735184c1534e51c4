#include "loop/monitoring/judge.h"

#include <algorithm>
#include <cmath>

#include "loop/monitoring/store/window_table.h"

namespace cairn::monitoring {
namespace {

/// For how many window lengths after its labels were due a window waits for most of them.
constexpr std::int64_t kPatience = 4;

Figure FigureOf(const Monitor& monitor) { return monitor.below ? Figure::PValue : Figure::Statistic; }

/// Closes the window with a figure; one that does not exist on these rows leaves it undefined.
Result<> Close(const Monitor& monitor, const Result<double>& value, Window& window) {
  if (!value && value.error().reason != Reason::Unprocessable) return value.error();
  if (!value || std::isnan(*value)) {
    window.state = "undefined";
    return Done{};
  }
  window.state = "closed";
  window.value = *value;
  window.breached = monitor.Breached(*value);
  return Done{};
}

bool IsMask(const serving::Mask& mask, const std::string& column, const Json& value) {
  return value.IsString() && value.AsString().starts_with("masked:") && mask.Of(column, value) == value;
}

void SetState(Judgement& judgement, std::string_view state) {
  for (Window& window : judgement.windows) window.state = state;
}

}  // namespace

bool Judgement::Settled() const {
  return std::none_of(windows.begin(), windows.end(), [](const Window& window) {
    return window.state == "open" || window.state == "pending";
  });
}

const Window* Judgement::Worst(const Monitor& monitor) const {
  const Window* worst = nullptr;
  for (const Window& window : windows) {
    if (!window.breached) continue;
    if (worst == nullptr || (monitor.above ? window.value > worst->value : window.value < worst->value))
      worst = &window;
  }
  return worst;
}

Result<Judgement> Judge::Look(const Plan& plan, const Monitor& monitor, Span span, TimeMs watermark) {
  Tally tally;
  Judgement judgement;
  CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<> {
    tally = CAIRN_TRY(CountRows(connection, span));
    if (watermark >= span.to) judgement.version = CAIRN_TRY(MainVersion(connection, span)).value_or(0);
    return Done{};
  }));
  const std::vector<std::string> whole{""};
  for (const std::string& column : monitor.columns.empty() ? whole : monitor.columns) {
    Window window;
    window.monitor = monitor.name;
    window.column = column;
    window.from = span.from;
    window.to = span.to;
    window.rows = monitor.quality.empty() ? tally.rows : tally.labelled;
    window.state = "open";
    judgement.windows.push_back(std::move(window));
  }
  if (watermark < span.to) return judgement;
  if (monitor.quality.empty()) {
    CAIRN_TRY(LookAtDrift(plan, monitor, span, tally, judgement));
  } else {
    CAIRN_TRY(LookAtQuality(plan, monitor, span, tally, watermark, judgement));
  }
  return judgement;
}

Result<> Judge::LookAtQuality(const Plan& plan, const Monitor& monitor, Span span, Tally tally,
                              TimeMs watermark, Judgement& judgement) const {
  const TimeMs due = span.to + plan.wait_ms;
  if (watermark >= due && tally.rows < monitor.min_rows) {
    SetState(judgement, "too_few");
    return Done{};
  }
  const bool most = tally.labelled * 5 >= tally.rows * 4;
  const bool patient = watermark < due + kPatience * monitor.window_ms;
  if (watermark < due || tally.labelled < monitor.min_rows || (!most && patient)) {
    SetState(judgement, "pending");
    return Done{};
  }
  const auto rows = CAIRN_TRY(
      database_.Read([&](sql::Connection& connection) { return SelectLabelled(connection, span); }));
  const auto metric = CAIRN_TRY(evaluation::MetricNamed(monitor.quality));
  auto value = evaluation::ValueOf(metric, {rows.labels, rows.scores}, plan.metric);
  // Scores or labels that the metric is not made for are a fact about the window, not a failure of the
  // monitor.
  if (!value && value.error().reason == Reason::InvalidArgument)
    value = Error{Reason::Unprocessable, value.error().message};
  return Close(monitor, value, judgement.windows.front());
}

Result<> Judge::LookAtDrift(const Plan& plan, const Monitor& monitor, Span span, Tally tally,
                            Judgement& judgement) {
  if (tally.rows < monitor.min_rows) {
    SetState(judgement, "too_few");
    return Done{};
  }
  std::vector<Json> inputs;
  std::int64_t trained_on = 0;
  if (monitor.columns != std::vector<std::string>{"prediction"}) {
    trained_on = CAIRN_TRY(ProfiledData(plan, judgement));
    if (trained_on == 0) {
      SetState(judgement, "pending");
      return Done{};
    }
    for (const std::string& text : CAIRN_TRY(
             database_.Read([&](sql::Connection& connection) { return SelectInputs(connection, span); }))) {
      inputs.push_back(CAIRN_TRY(Json::Parse(text)));
    }
  }
  for (Window& window : judgement.windows) {
    if (window.column == "prediction") {
      CAIRN_TRY(ComparePredictions(monitor, span, window, judgement));
    } else {
      CAIRN_TRY(CompareInput(plan, monitor, trained_on, inputs, window));
    }
  }
  return Done{};
}

Result<> Judge::ComparePredictions(const Monitor& monitor, Span span, Window& window,
                                   Judgement& judgement) const {
  std::optional<Span> baseline;
  std::vector<double> before, now;
  CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<> {
    baseline = CAIRN_TRY(SelectBaseline(connection, monitor.name, judgement.version));
    now = CAIRN_TRY(SelectScores(connection, span, judgement.version));
    if (baseline) before = CAIRN_TRY(SelectScores(connection, *baseline, judgement.version));
    return Done{};
  }));
  window.rows = static_cast<std::int64_t>(now.size());
  if (window.rows < monitor.min_rows) {
    window.state = "too_few";
    return Done{};
  }
  if (!baseline || before.empty()) {
    window.state = "baseline";
    judgement.is_baseline = true;
    return Done{};
  }
  const auto reference = CAIRN_TRY(Reference::OfSample(before));
  return Close(monitor, reference.Compare(monitor.drift, FigureOf(monitor), std::span<const double>(now)),
               window);
}

Result<> Judge::CompareInput(const Plan& plan, const Monitor& monitor, std::int64_t trained_on,
                             const std::vector<Json>& inputs, Window& window) {
  // Rows from before the column was classified are plain, and those from before it no longer was are masks.
  const bool masked = std::binary_search(plan.masked.begin(), plan.masked.end(), window.column) ||
                      std::any_of(inputs.begin(), inputs.end(), [&](const Json& row) {
                        return IsMask(mask_, window.column, row.At(window.column));
                      });
  const Reference* reference = CAIRN_TRY(ReferenceOf(trained_on, window.column, masked));
  if (reference == nullptr) {
    window.state = "undefined";
    return Done{};
  }
  std::vector<Json> values;
  values.reserve(inputs.size());
  for (const Json& row : inputs)
    values.push_back(masked ? mask_.Of(window.column, row.At(window.column)) : row.At(window.column));
  return Close(monitor, reference->Compare(monitor.drift, FigureOf(monitor), std::span<const Json>(values)),
               window);
}

Result<std::int64_t> Judge::ProfiledData(const Plan& plan, Judgement& judgement) {
  const auto trained_on = CAIRN_TRY(training_data_.Of(plan.model, judgement.version, plan.dataset));
  if (!trained_on) {
    judgement.problem = "the data set '" + plan.dataset +
                        "' has no version, so there is nothing to compare live inputs with: `cairn data add "
                        "FILE --to " +
                        plan.dataset + "`, then `cairn data profile " + plan.dataset + "`";
    return std::int64_t{0};
  }
  if (profiles_.contains(*trained_on)) return *trained_on;
  auto profile = catalogue_.FindProfile(plan.dataset, *trained_on);
  if (!profile && profile.error().reason == Reason::NotFound) {
    const std::string number = std::to_string(*trained_on);
    judgement.problem = "live inputs are compared with the data that the model was trained on, and version " +
                        number + " of '" + plan.dataset + "' has no profile yet: `cairn data profile " +
                        plan.dataset + " --data-version " + number + "` makes one";
    return std::int64_t{0};
  }
  profiles_.emplace(*trained_on, CAIRN_TRY(std::move(profile)));
  return *trained_on;
}

Result<const Reference*> Judge::ReferenceOf(std::int64_t trained_on, const std::string& column, bool masked) {
  const std::tuple key(trained_on, column, masked);
  if (const auto known = references_.find(key); known != references_.end()) return &known->second;
  auto reference = CAIRN_TRY(Reference::Of(profiles_.at(trained_on).At("reference").At(column)));
  if (!reference) return nullptr;
  if (masked) reference = reference->Masked(mask_, column);
  return &references_.emplace(key, std::move(*reference)).first->second;
}

}  // namespace cairn::monitoring
