#include "loop/sweep/tracked.h"

#include <cmath>

namespace cairn::sweep {
namespace {

/// Values of tags and parameters that clients can rely on are no longer.
constexpr std::size_t kLongest = 5000;
constexpr std::size_t kAtOnce = 90;  ///< Of parameters in one batch.

tracking::Tag TagOf(std::string_view key, std::string value) { return {std::string(key), std::move(value)}; }

std::string TextOf(const Json& value) {
  std::string text = value.IsString() ? value.AsString() : value.Dump();
  if (text.size() > kLongest) text.resize(kLongest);
  return text;
}

Result<tracking::ExperimentId> ExperimentNamed(tracking::Tracking& tracking, const std::string& name) {
  if (name.empty()) return tracking::ExperimentId{0};
  const auto found = tracking.experiments.FindByName(name);
  if (found) return found->id;
  if (found.error().reason != Reason::NotFound) return found.error();
  const auto made = tracking.experiments.Create({name, "", {}});
  if (made) return *made;
  if (made.error().reason != Reason::AlreadyExists) return made.error();
  return CAIRN_TRY(tracking.experiments.FindByName(name)).id;
}

tracking::RunStatus StatusOf(TrialState state) {
  switch (state) {
    case TrialState::Finished:
      return tracking::RunStatus::Finished;
    case TrialState::Failed:
      return tracking::RunStatus::Failed;
    case TrialState::Stopped:
    case TrialState::Skipped:
      return tracking::RunStatus::Killed;
    case TrialState::Queued:
    case TrialState::Running:
      return tracking::RunStatus::Running;
  }
  return tracking::RunStatus::Running;
}

/// As many as the tag takes, whole.
std::string OutsOf(const Trial& trial) {
  std::string text = "[";
  for (const auto& out : trial.outs) {
    const std::string one = Json{{"path", out.path}, {"md5", out.md5}}.Dump();
    if (text.size() + one.size() + 2 > kLongest) break;
    if (text.size() > 1) text += ",";
    text += one;
  }
  return text + "]";
}

}  // namespace

Result<std::string> TrackSweep(tracking::Tracking& tracking, const Sweep& sweep,
                               const std::string& experiment, TimeMs now) {
  tracking::Runs::New wanted;
  wanted.experiment = CAIRN_TRY(ExperimentNamed(tracking, experiment));
  wanted.name = "sweep " + sweep.id;
  wanted.user = sweep.order.actor;
  wanted.start_ms = now;
  wanted.tags = {TagOf(kSweepTag, sweep.id), TagOf("cairn.search", NameOf(sweep.order.search))};
  std::string set;
  for (const auto& one : sweep.order.set) set += (set.empty() ? "" : "\n") + one;
  if (!set.empty()) wanted.tags.push_back(TagOf("cairn.space", std::move(set)));
  if (!sweep.source.commit.empty())
    wanted.tags.push_back(TagOf("mlflow.source.git.commit", sweep.source.commit));
  return CAIRN_TRY(tracking.runs.Create(wanted)).info.id;
}

Result<std::string> TrackTrial(tracking::Tracking& tracking, const Sweep& sweep, const Trial& trial,
                               TimeMs now) {
  const auto parent = CAIRN_TRY(tracking.runs.Find(sweep.tracked));
  if (trial.beginnings > 1) {
    tracking::Runs::Search search;
    search.experiments = {parent.info.experiment};
    search.filter = "tags.`" + std::string(kTrialTag) + "` = '" + trial.Id() + "'";
    search.limit = 1;
    const auto found = CAIRN_TRY(tracking.runs.Find(search));
    if (!found.items.empty()) {
      CAIRN_TRY(tracking.runs.Update(found.items.front().info.id,
                                     {.status = tracking::RunStatus::Running, .end_ms = {}, .name = {}}));
      return found.items.front().info.id;
    }
  }
  tracking::Runs::New wanted;
  wanted.experiment = parent.info.experiment;
  wanted.name = trial.Id();
  wanted.user = sweep.order.actor;
  wanted.start_ms = now;
  wanted.tags = {TagOf(kTrialTag, trial.Id()), TagOf(kSweepTag, sweep.id), TagOf(kParentTag, sweep.tracked)};
  if (!sweep.source.commit.empty())
    wanted.tags.push_back(TagOf("mlflow.source.git.commit", sweep.source.commit));
  return CAIRN_TRY(tracking.runs.Create(wanted)).info.id;
}

Result<> LogTrial(tracking::Tracking& tracking, const Trial& trial) {
  tracking::Runs::Batch batch;
  for (const auto& [name, value] : trial.params.members()) {
    batch.params.push_back({name, TextOf(value)});
    if (batch.params.size() < kAtOnce) continue;
    CAIRN_TRY(tracking.runs.Log(trial.tracked, std::move(batch)));
    batch = {};
  }
  for (const auto& [name, value] : trial.metrics.members()) {
    tracking::Metric metric;
    metric.key = name;
    metric.value = value.AsDouble();
    metric.at_ms = trial.ended;
    batch.metrics.push_back(std::move(metric));
  }
  if (!trial.run.empty()) batch.tags.push_back(TagOf("cairn.pipeline_run", trial.run));
  if (!trial.outs.empty()) batch.tags.push_back(TagOf(kOutsTag, OutsOf(trial)));
  if (!trial.problem.empty()) batch.tags.push_back(TagOf("cairn.problem", TextOf(trial.problem)));
  CAIRN_TRY(tracking.runs.Log(trial.tracked, std::move(batch)));
  const auto status = StatusOf(trial.state);
  if (status == tracking::RunStatus::Running) return Done{};
  CAIRN_TRY(tracking.runs.Update(trial.tracked, {.status = status, .end_ms = trial.ended, .name = {}}));
  return Done{};
}

Result<> LogSweep(tracking::Tracking& tracking, const Sweep& sweep, bool open, TimeMs now) {
  tracking::Runs::Change change;
  change.status = open ? tracking::RunStatus::Running : tracking::RunStatus::Finished;
  if (!open) change.end_ms = now;
  CAIRN_TRY(tracking.runs.Update(sweep.tracked, change));
  return Done{};
}

}  // namespace cairn::sweep
