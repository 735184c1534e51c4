#include "loop/moving/export.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/sql/database.h"
#include "loop/moving/sources/cairn_store.h"
#include "loop/moving/sources/mlflow_tables.h"
#include "loop/moving/targets/mlflow_writer.h"

namespace cairn::moving {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

struct Written {
  std::int64_t runs = 0, points = 0;
};

/// The ids of experiments there. Those that MLflow's column cannot hold get the next ones that it can.
class Numbering {
 public:
  Numbering(const std::vector<tracking::Experiment>& experiments, std::int64_t most) {
    std::int64_t next = 0;
    for (const auto& one : experiments) {
      if (one.id <= most) next = std::max(next, one.id);
    }
    for (const auto& one : experiments) {
      if (one.id <= most) continue;
      given_[one.id] = ++next;
      mapping_.Push(
          Json{{"experiment", one.name}, {"source", std::to_string(next)}, {"here", std::to_string(one.id)}});
    }
  }
  tracking::ExperimentId Of(tracking::ExperimentId id) const {
    const auto given = given_.find(id);
    return given == given_.end() ? id : given->second;
  }
  const Json& mapping() const { return mapping_; }

 private:
  std::map<tracking::ExperimentId, tracking::ExperimentId> given_;
  Json mapping_ = Json::Array();
};

Result<> WriteRuns(Source& from, const tracking::Experiment& experiment, const Numbering& numbers,
                   MlflowWriter& writer, Written& written) {
  std::string token;
  do {
    auto page = CAIRN_TRY(from.Runs(experiment.id, token));
    for (auto& run : page.runs) {
      run.info.experiment = numbers.Of(run.info.experiment);
      CAIRN_TRY(writer.Write(run));
      ++written.runs;
      for (const auto& metric : run.metrics) {
        CAIRN_TRY(from.Points(run.info.id, metric.key, [&](std::span<const tracking::Metric> points) {
          written.points += std::ssize(points);
          return writer.WritePoints(run.info.id, points);
        }));
      }
    }
    token = page.next;
  } while (!token.empty());
  return {};
}

Result<Written> WriteAll(Source& from, const Numbering& numbers, MlflowWriter& writer) {
  Written written;
  CAIRN_TRY(writer.CheckEmpty());
  const auto experiments = CAIRN_TRY(from.Experiments());
  for (auto experiment : experiments) {
    experiment.id = numbers.Of(experiment.id);
    CAIRN_TRY(writer.Write(experiment));
  }
  for (const auto& experiment : experiments) CAIRN_TRY(WriteRuns(from, experiment, numbers, writer, written));
  // A model's metrics name runs of any experiment.
  for (const auto& experiment : experiments) {
    for (auto& model : CAIRN_TRY(from.Models(experiment.id))) {
      model.experiment = numbers.Of(model.experiment);
      CAIRN_TRY(writer.Write(model));
    }
  }
  for (const auto& model : CAIRN_TRY(from.Registered())) CAIRN_TRY(writer.Write(model));
  CAIRN_TRY(writer.SetCounters());
  return written;
}

Result<std::map<std::string, PointSum>> SumsOf(Source& source, const tracking::Run& run) {
  std::map<std::string, PointSum> sums;
  for (const auto& metric : run.metrics) {
    CAIRN_TRY(
        source.Points(run.info.id, metric.key, [&](std::span<const tracking::Metric> points) -> Result<> {
          sums[metric.key].Add(points);
          return {};
        }));
  }
  return sums;
}

/// Compares record by record what is here with what is read back there; what is not there is a difference.
class Comparison {
 public:
  Comparison(const Target& from, Source& here, Source& there, const Numbering& numbers, Tally& tally)
      : from_(from), here_(here), there_(there), numbers_(numbers), tally_(tally) {}

  Result<> All(const Written& written) {
    std::map<tracking::ExperimentId, tracking::Experiment> theirs;
    for (auto& one : CAIRN_TRY(there_.Experiments())) theirs[one.id] = std::move(one);
    for (const auto& ours : CAIRN_TRY(here_.Experiments())) {
      const auto id = numbers_.Of(ours.id);
      const auto found = theirs.find(id);
      Put("experiments", ours.name, found == theirs.end() ? Json() : Canonical(found->second),
          Canonical(ours));
      CAIRN_TRY(Runs(id));
      CAIRN_TRY(Logged(ours.id, id));
    }
    tally_.Count("metric points", points_, written.points, written.points);
    if (runs_ != written.runs)
      tally_.Problem(std::to_string(written.runs) + " runs were written and " + std::to_string(runs_) +
                     " found.");
    if (points_ != written.points)
      tally_.Problem(std::to_string(written.points) + " points were written and " + std::to_string(points_) +
                     " found.");
    return Registered();
  }

 private:
  void Put(std::string_view kind, const std::string& name, const Json& theirs, const Json& ours) {
    tally_.Compare(kind, name, theirs, ours, Tally::Fate::Added);
  }

  Result<> Runs(tracking::ExperimentId id) {
    Turning pages;
    do {
      const auto page = CAIRN_TRY(there_.Runs(id, pages.token()));
      for (const auto& run : page.runs) CAIRN_TRY(Run(run));
      CAIRN_TRY(pages.Turn(page.next));
    } while (!pages.token().empty());
    return {};
  }

  Result<> Run(const tracking::Run& run) {
    const auto sums = CAIRN_TRY(SumsOf(there_, run));
    ++runs_;
    for (const auto& [key, sum] : sums) points_ += sum.count();
    auto ours = CAIRN_TRY(from_.tracking.runs.Find(run.info.id));
    const auto our_sums = CAIRN_TRY(SumsOf(here_, ours));
    ours.info.experiment = numbers_.Of(ours.info.experiment);
    Put("runs", run.info.id, Canonical(run, sums), Canonical(ours, our_sums));
    return {};
  }

  Result<> Logged(tracking::ExperimentId ours_id, tracking::ExperimentId theirs_id) {
    std::map<std::string, Json> theirs;
    for (const auto& model : CAIRN_TRY(there_.Models(theirs_id))) theirs[model.id] = Canonical(model);
    for (auto& ours : CAIRN_TRY(here_.Models(ours_id))) {
      ours.experiment = theirs_id;
      Put("logged models", ours.id, theirs[ours.id], Canonical(ours));
    }
    return {};
  }

  Result<> Registered() {
    std::map<std::string, Json> theirs;
    for (const auto& found : CAIRN_TRY(there_.Registered()))
      Name(found, [&](auto, const auto& name, const Json& record) { theirs[name] = record; });
    for (const auto& found : CAIRN_TRY(here_.Registered()))
      Name(found,
           [&](auto kind, const auto& name, const Json& record) { Put(kind, name, theirs[name], record); });
    return {};
  }

  /// Gives a model, its versions, the numbers of those that were deleted, and its aliases, each by a name.
  template <class Take>
  static void Name(const FoundModel& found, Take take) {
    take("registered models", found.model.name, Canonical(found.model));
    for (const auto& version : found.versions) {
      const auto name = found.model.name + "/" + std::to_string(version.version.version);
      if (version.deleted) {
        take("numbers of deleted versions", name, Json{{"deleted", true}});
      } else {
        take("model versions", name, Canonical(version));
      }
    }
    for (const auto& alias : found.model.aliases)
      take("aliases", found.model.name + "@" + alias.name, Json{{"version", alias.version}});
  }

  const Target& from_;
  Source& here_;
  Source& there_;
  const Numbering& numbers_;
  Tally& tally_;
  std::int64_t runs_ = 0, points_ = 0;
};

Result<Written> WriteInto(const Target& from, Source& here, const std::string& target,
                          const Numbering& numbers) {
  const auto database = CAIRN_TRY(sql::Database::Open(target));
  return database->Transact([&](sql::Connection& connection) {
    MlflowWriter writer(connection, from.clock.Now());
    return WriteAll(here, numbers, writer);
  });
}

}  // namespace

Result<Json> ExportMlflow(const Target& from, const std::string& given) {
  const std::string target = WithoutDriver(given);
  const bool sqlite = target.starts_with(kSqlite);
  if (!sqlite && !target.starts_with("postgresql://") && !target.starts_with("postgres://")) {
    return Error{
        Reason::Unsupported,
        "Cairn exports into an MLflow store on SQLite or PostgreSQL: make an empty one with `mlflow db "
        "upgrade URL` and name it the same way."};
  }
  const std::string path = sqlite ? target.substr(kSqlite.size()) : "";
  if (sqlite && !os::Exists(path))
    return Error{Reason::NotFound,
                 "There is no database at " + path + "; make it with `mlflow db upgrade " + target + "`."};
  const auto here = ReadRooms(from.database, from.tracking, from.registry);
  const Numbering numbers(CAIRN_TRY(here->Experiments()), sqlite ? INT64_MAX : INT32_MAX);
  const auto written = CAIRN_TRY(WriteInto(from, *here, target, numbers));
  if (sqlite) static_cast<void>(bool(os::Remove(path + ".lock")));
  Tally tally;
  const auto there = CAIRN_TRY(OpenMlflowTables(target, Origin{}));
  CAIRN_TRY(Comparison(from, *here, *there, numbers, tally).All(written));
  Json report{{"target", NameOfSource(target)}, {"clean", tally.Clean()}, {"mapping", numbers.mapping()}};
  const Json all = tally.ToJson();
  for (const auto& [name, value] : all.members()) report.Set(name, value);
  return report;
}

}  // namespace cairn::moving
