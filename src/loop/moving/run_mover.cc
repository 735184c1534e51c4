#include "loop/moving/run_mover.h"

#include <optional>

namespace cairn::moving {
namespace {

constexpr std::int64_t kPage = 50'000;
constexpr std::size_t kBatch = 1000;

using Sums = std::map<std::string, PointSum>;

Result<Sums> SumsHere(const tracking::Runs& runs, const tracking::Run& run) {
  Sums sums;
  for (const auto& metric : run.metrics) {
    std::string token;
    do {
      const auto page = CAIRN_TRY(runs.History(run.info.id, metric.key, kPage, token));
      sums[metric.key].Add(page.items);
      token = page.next;
    } while (!token.empty());
  }
  return sums;
}

Result<Sums> SumsThere(Source& source, const tracking::Run& run) {
  Sums sums;
  for (const auto& metric : run.metrics) {
    CAIRN_TRY(
        source.Points(run.info.id, metric.key, [&](std::span<const tracking::Metric> points) -> Result<> {
          sums[metric.key].Add(points);
          return {};
        }));
  }
  return sums;
}

std::int64_t Total(const Sums& sums) {
  std::int64_t total = 0;
  for (const auto& [key, sum] : sums) total += sum.count();
  return total;
}

Result<> LogAll(const Bench& bench, const std::string& run, std::span<const tracking::Metric> points) {
  for (std::size_t at = 0; at < points.size(); at += kBatch) {
    const auto some = points.subspan(at, std::min(kBatch, points.size() - at));
    tracking::Runs::Batch batch;
    batch.metrics.assign(some.begin(), some.end());
    CAIRN_TRY(bench.target.tracking.runs.Log(run, batch));
    bench.counted(std::ssize(some));
  }
  return {};
}

/// Writes every point of the run and gives what they sum up to.
Result<Sums> WritePoints(const Bench& bench, const tracking::Run& run) {
  Sums sums;
  for (const auto& metric : run.metrics) {
    CAIRN_TRY(bench.source.Points(run.info.id, metric.key,
                                  [&](std::span<const tracking::Metric> points) -> Result<> {
                                    sums[metric.key].Add(points);
                                    return LogAll(bench, run.info.id, points);
                                  }));
  }
  const auto of_models = bench.model_metrics.find(run.info.id);
  if (of_models != bench.model_metrics.end()) CAIRN_TRY(LogAll(bench, run.info.id, of_models->second));
  return sums;
}

bool HasEnded(const tracking::RunInfo& run) {
  return run.status != tracking::RunStatus::Running && run.status != tracking::RunStatus::Scheduled;
}

/// Adds what a run that was here lacks. One that had not ended here gets its end.
Result<> Complete(const Bench& bench, const tracking::Run& theirs, const tracking::Run& here) {
  if (here.info.deleted) return {};
  CAIRN_TRY(bench.restoration.Restore(theirs));
  CAIRN_TRY(WritePoints(bench, theirs));
  if (HasEnded(here.info) || !HasEnded(theirs.info)) return {};
  return bench.restoration.SetState(theirs.info);
}

Result<std::optional<tracking::Run>> Here(const Bench& bench, const std::string& id) {
  auto found = bench.target.tracking.runs.Find(id);
  if (found) return std::optional<tracking::Run>(*std::move(found));
  if (found.error().reason == Reason::NotFound) return std::optional<tracking::Run>();
  return std::move(found).error();
}

struct Moved {
  Sums there;
  Tally::Fate fate = Tally::Fate::Unchanged;
};

Result<Moved> BringOver(const Bench& bench, const tracking::Run& run) {
  const auto had = CAIRN_TRY(Here(bench, run.info.id));
  Moved moved;
  if (!had || bench.unfinished.contains(run.info.id)) {
    CAIRN_TRY(bench.restoration.Restore(run));
    // Points are refused by a deleted run, and an import that broke off may have come as far as deleting it.
    if (had && had->info.deleted) {
      auto active = run.info;
      active.deleted = false;
      CAIRN_TRY(bench.restoration.SetState(active));
    }
    moved.there = CAIRN_TRY(WritePoints(bench, run));
    CAIRN_TRY(bench.restoration.SetState(run.info));
    moved.fate = had ? Tally::Fate::Completed : Tally::Fate::Added;
    return moved;
  }
  moved.there = CAIRN_TRY(SumsThere(bench.source, run));
  const Json before = Canonical(*had, CAIRN_TRY(SumsHere(bench.target.tracking.runs, *had)));
  if (before == Canonical(run, moved.there)) return moved;
  CAIRN_TRY(Complete(bench, run, *had));
  const auto now = CAIRN_TRY(bench.target.tracking.runs.Find(run.info.id));
  const bool changed = !(Canonical(now, CAIRN_TRY(SumsHere(bench.target.tracking.runs, now))) == before);
  if (changed) moved.fate = Tally::Fate::Completed;
  return moved;
}

Result<> Move(const Bench& bench, tracking::Run& run) {
  const Owner owner{Owner::Kind::Run, run.info.id, run.info.artifact_uri};
  run.info.experiment = bench.addresses.ExperimentOf(run.info.experiment);
  run.info.artifact_uri = bench.addresses.Settle(owner, run.info.experiment);
  const auto moved = CAIRN_TRY(BringOver(bench, run));
  if (bench.addresses.Moves(owner.uri)) CAIRN_TRY(bench.carrier.Carry(owner, run.info.artifact_uri));
  const auto here = CAIRN_TRY(bench.target.tracking.runs.Find(run.info.id));
  const Sums sums = CAIRN_TRY(SumsHere(bench.target.tracking.runs, here));
  bench.tally.Compare("runs", run.info.id, Canonical(run, moved.there), Canonical(here, sums), moved.fate);
  const auto added = moved.fate == Tally::Fate::Added ? Total(sums) : 0;
  bench.tally.Count("metric points", Total(moved.there), Total(sums), added);
  return {};
}

}  // namespace

bool ConcernsOneRecord(const Error& error) {
  switch (error.reason) {
    case Reason::InvalidArgument:
    case Reason::Unprocessable:
    case Reason::NotFound:
    case Reason::AlreadyExists:
    case Reason::Denied:
    case Reason::TooLarge:
    case Reason::Unsupported:
      return true;
    case Reason::Conflict:
    case Reason::Unauthenticated:
    case Reason::Exhausted:
    case Reason::Unavailable:
    case Reason::Corrupt:
    case Reason::Internal:
      return false;
  }
  return false;
}

Result<bool> MoveRun(const Bench& bench, tracking::Run run) {
  const std::string id = run.info.id;
  const auto moved = Move(bench, run);
  if (moved) return true;
  if (!ConcernsOneRecord(moved.error())) return moved.error();
  bench.tally.Problem("run " + id + ": " + moved.error().message);
  return false;
}

}  // namespace cairn::moving
