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

Result<> WriteRuns(Source& from, const tracking::Experiment& experiment, MlflowWriter& writer,
                   Written& written) {
  std::string token;
  do {
    const auto page = CAIRN_TRY(from.Runs(experiment.id, token));
    for (const auto& run : page.runs) {
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

Result<Written> WriteAll(Source& from, MlflowWriter& writer) {
  Written written;
  CAIRN_TRY(writer.CheckEmpty());
  const auto experiments = CAIRN_TRY(from.Experiments());
  for (const auto& experiment : experiments) CAIRN_TRY(writer.Write(experiment));
  for (const auto& experiment : experiments) CAIRN_TRY(WriteRuns(from, experiment, writer, written));
  // A model's metrics name runs of any experiment.
  for (const auto& experiment : experiments) {
    for (const auto& model : CAIRN_TRY(from.Models(experiment.id))) CAIRN_TRY(writer.Write(model));
  }
  for (const auto& model : CAIRN_TRY(from.Registered())) CAIRN_TRY(writer.Write(model));
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

Result<> CompareRuns(const Target& from, Source& here, Source& there, tracking::ExperimentId experiment,
                     Tally& tally, Written& found) {
  std::string token;
  do {
    const auto page = CAIRN_TRY(there.Runs(experiment, token));
    for (const auto& run : page.runs) {
      const auto ours = CAIRN_TRY(from.tracking.runs.Find(run.info.id));
      const auto sums = CAIRN_TRY(SumsOf(there, run));
      tally.Compare("runs", run.info.id, Canonical(run, sums), Canonical(ours, CAIRN_TRY(SumsOf(here, ours))),
                    Tally::Fate::Added);
      ++found.runs;
      for (const auto& [key, sum] : sums) found.points += sum.count();
    }
    token = page.next;
  } while (!token.empty());
  return {};
}

Result<> CompareModels(const Target& from, Source& there, Tally& tally) {
  for (const auto& model : CAIRN_TRY(there.Registered())) {
    const auto ours = CAIRN_TRY(from.registry.FindModel(model.model.name));
    tally.Compare("registered models", ours.name, Canonical(model.model), Canonical(ours),
                  Tally::Fate::Added);
    for (const auto& version : model.versions) {
      const auto& v = version.version;
      const FoundVersion mine{CAIRN_TRY(from.registry.Find(v.model, v.version)), false};
      tally.Compare("model versions", v.model + "/" + std::to_string(v.version), Canonical(version),
                    Canonical(mine), Tally::Fate::Added);
    }
    for (const auto& alias : model.model.aliases) {
      const auto mine = from.registry.FindByAlias(ours.name, alias.name);
      tally.Compare("aliases", ours.name + "@" + alias.name, Json{{"version", alias.version}},
                    mine ? Json{{"version", mine->version}} : Json(), Tally::Fate::Added);
    }
  }
  return {};
}

Result<> CompareAll(const Target& from, Source& here, Source& there, const Written& written, Tally& tally) {
  Written found;
  for (const auto& experiment : CAIRN_TRY(there.Experiments())) {
    const auto ours = CAIRN_TRY(from.tracking.experiments.Find(experiment.id));
    tally.Compare("experiments", experiment.name, Canonical(experiment), Canonical(ours), Tally::Fate::Added);
    CAIRN_TRY(CompareRuns(from, here, there, experiment.id, tally, found));
    for (const auto& model : CAIRN_TRY(there.Models(experiment.id))) {
      const auto mine =
          CAIRN_TRY(from.tracking.models.Find(model.id, tracking::LoggedModels::Deleted::Shown));
      tally.Compare("logged models", model.id, Canonical(model), Canonical(mine), Tally::Fate::Added);
    }
  }
  tally.Count("metric points", found.points, written.points, written.points);
  if (found.runs != written.runs)
    tally.Problem(std::to_string(written.runs) + " runs were written and " + std::to_string(found.runs) +
                  " found.");
  return CompareModels(from, there, tally);
}

}  // namespace

Result<Json> ExportMlflow(const Target& from, const std::string& target) {
  if (!target.starts_with(kSqlite)) {
    return Error{Reason::Unsupported,
                 "Cairn exports into an MLflow store on SQLite: make an empty one with `mlflow db "
                 "upgrade sqlite:///FILE` and name it the same way."};
  }
  const std::string path = target.substr(kSqlite.size());
  if (!os::Exists(path))
    return Error{Reason::NotFound,
                 "There is no database at " + path + "; make it with `mlflow db upgrade " + target + "`."};
  const auto here = ReadRooms(from.tracking, from.registry, "");
  Written written;
  {
    const auto database = CAIRN_TRY(sql::Database::Open(target));
    written = CAIRN_TRY(database->Transact([&](sql::Connection& connection) {
      MlflowWriter writer(connection, from.clock.Now());
      return WriteAll(*here, writer);
    }));
  }
  static_cast<void>(bool(os::Remove(path + ".lock")));
  Tally tally;
  const auto there = CAIRN_TRY(OpenMlflowTables(target, ""));
  CAIRN_TRY(CompareAll(from, *here, *there, written, tally));
  Json report{{"target", target}, {"clean", tally.Clean()}};
  const Json all = tally.ToJson();
  for (const auto& [name, value] : all.members()) report.Set(name, value);
  return report;
}

}  // namespace cairn::moving
