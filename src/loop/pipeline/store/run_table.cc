#include "loop/pipeline/store/run_table.h"

#include "ground/vocabulary/json.h"

namespace cairn::pipeline {
namespace {

template <class Enum>
Enum ReadState(const std::string& name, Enum last) {
  for (int i = 0; i < static_cast<int>(last); ++i) {
    if (name == NameOf(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  return last;
}

std::string DumpCauses(const std::vector<Cause>& causes) {
  Json list = Json::Array();
  for (const auto& cause : causes)
    list.Push(Json{{"level", NameOf(cause.level)}, {"subject", cause.subject}, {"sentence", cause.sentence}});
  return list.Dump();
}

Result<std::vector<Cause>> ReadCauses(const std::string& text) {
  const Json list = CAIRN_TRY(Json::Parse(text));
  std::vector<Cause> causes;
  for (const Json& item : list.items()) {
    causes.push_back(
        {ReadState(item.Text("level"), Cause::Level::Forced), item.Text("subject"), item.Text("sentence")});
  }
  return causes;
}

std::string DumpAttempts(const std::vector<AttemptRecord>& attempts) {
  Json list = Json::Array();
  for (const auto& attempt : attempts) {
    list.Push(Json{{"started", attempt.started},
                   {"ended", attempt.ended},
                   {"exit", attempt.exit ? Json(*attempt.exit) : Json()},
                   {"reason", attempt.reason},
                   {"wall_ms", attempt.wall_ms},
                   {"cpu_ms", attempt.cpu_ms},
                   {"max_rss_bytes", static_cast<std::int64_t>(attempt.max_rss_bytes)}});
  }
  return list.Dump();
}

Result<std::vector<AttemptRecord>> ReadAttempts(const std::string& text) {
  const Json list = CAIRN_TRY(Json::Parse(text));
  std::vector<AttemptRecord> attempts;
  for (const Json& item : list.items()) {
    AttemptRecord attempt{item.Int("started"),
                          item.Int("ended"),
                          std::nullopt,
                          item.Text("reason"),
                          item.Int("wall_ms"),
                          item.Int("cpu_ms"),
                          static_cast<std::uint64_t>(item.Int("max_rss_bytes"))};
    if (item.At("exit").IsInt()) attempt.exit = item.Int("exit");
    attempts.push_back(std::move(attempt));
  }
  return attempts;
}

std::string DumpPaths(const std::vector<LockedPath>& paths) {
  Json list = Json::Array();
  for (const auto& path : paths) {
    Json one{{"path", path.path}, {"md5", path.md5}};
    if (path.size) one.Set("size", static_cast<std::int64_t>(*path.size));
    if (path.told_by != "md5") one.Set("told_by", path.told_by);
    if (path.nfiles) one.Set("nfiles", *path.nfiles);
    list.Push(std::move(one));
  }
  return list.Dump();
}

Result<std::vector<LockedPath>> ReadPaths(const std::string& text) {
  const Json list = CAIRN_TRY(Json::Parse(text));
  std::vector<LockedPath> paths;
  for (const Json& item : list.items()) {
    LockedPath path;
    path.path = item.Text("path");
    path.md5 = item.Text("md5");
    if (item.Find("size")) path.size = static_cast<std::uint64_t>(item.Int("size"));
    if (item.Find("told_by")) path.told_by = item.Text("told_by");
    if (item.Find("nfiles")) path.nfiles = item.Int("nfiles");
    paths.push_back(std::move(path));
  }
  return paths;
}

Result<StageRecord> StageOf(const sql::Row& row) {
  StageRecord stage;
  stage.name = row.Text(0);
  stage.state = ReadState(row.Text(1), StageState::Killed);
  stage.causes = CAIRN_TRY(ReadCauses(row.Text(2)));
  stage.reason = row.Text(3);
  if (!row.IsNull(4)) stage.exit = row.Int(4);
  stage.started = row.Int(5);
  stage.ended = row.Int(6);
  stage.wall_ms = row.Int(7);
  stage.cpu_ms = row.Int(8);
  stage.max_rss_bytes = static_cast<std::uint64_t>(row.Int(9));
  stage.log = row.Text(10);
  stage.attempts = CAIRN_TRY(ReadAttempts(row.Text(11)));
  stage.reads = CAIRN_TRY(ReadPaths(row.Text(12)));
  stage.makes = CAIRN_TRY(ReadPaths(row.Text(13)));
  return stage;
}

Result<RunRecord> RunOf(sql::Connection& connection, const sql::Row& row) {
  RunRecord run;
  run.id = row.Text(0);
  run.project = row.Text(1);
  run.state = ReadState(row.Text(2), RunState::Refused);
  run.trigger = {row.Text(3), row.Text(4), row.Text(5)};
  run.actor = row.Text(6);
  run.configuration = row.Text(7);
  run.started = row.Int(8);
  run.ended = row.Int(9);
  run.problem = row.Text(10);
  run.metrics = CAIRN_TRY(Json::Parse(row.Text(11)));
  run.source = {row.Text(12), row.Int(13) != 0};
  run.data = row.Text(14);
  run.environment = CAIRN_TRY(Json::Parse(row.Text(15)));
  const auto stages = CAIRN_TRY(
      connection.Run("SELECT name, state, causes, reason, exit_code, started_ms, ended_ms, "
                     "wall_ms, cpu_ms, max_rss_bytes, log, attempts, reads, makes FROM pipeline_stage "
                     "WHERE run = $1 ORDER BY place",
                     {run.id}));
  for (const auto& stage : stages) run.stages.push_back(CAIRN_TRY(StageOf(stage)));
  return run;
}

constexpr std::string_view kSelect =
    "SELECT id, project, state, trigger_on, trigger_name, cause, actor, configuration, started_ms, ended_ms, "
    "problem, metrics, git_commit, git_dirty, data, environment "
    "FROM pipeline_run ";

}  // namespace

Result<> InsertRun(sql::Connection& connection, const RunRecord& run, std::string_view home) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO pipeline_run (id, project, home, state, trigger_on, trigger_name, cause, actor, "
      "configuration, started_ms, ended_ms, "
      "problem, metrics, git_commit, git_dirty, data, told, environment) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
      {run.id, run.project, home, NameOf(run.state), run.trigger.on, run.trigger.name, run.trigger.cause,
       run.actor, run.configuration, run.started, run.ended, run.problem, run.metrics.Dump(),
       run.source.commit, static_cast<std::int64_t>(run.source.dirty ? 1 : 0), run.data,
       // A run that never began has no end to be told of.
       static_cast<std::int64_t>(run.state == RunState::Refused ? 1 : 0), run.environment.Dump()}));
  for (std::size_t i = 0; i < run.stages.size(); ++i) {
    const auto& stage = run.stages[i];
    CAIRN_TRY(connection.Run(
        "INSERT INTO pipeline_stage (run, place, name, state, causes, reason, started_ms, ended_ms, wall_ms, "
        "cpu_ms, max_rss_bytes, log) "
        "VALUES ($1, $2, $3, $4, $5, '', 0, 0, 0, 0, 0, '')",
        {run.id, static_cast<std::int64_t>(i), stage.name, NameOf(stage.state), DumpCauses(stage.causes)}));
  }
  return Done{};
}

Result<> UpdateRun(sql::Connection& connection, const RunRecord& run) {
  CAIRN_TRY(connection.Run(
      "UPDATE pipeline_run SET state = $2, ended_ms = $3, problem = $4, metrics = $5 WHERE id = $1",
      {run.id, NameOf(run.state), run.ended, run.problem, run.metrics.Dump()}));
  return Done{};
}

Result<> MarkTold(sql::Connection& connection, std::string_view id) {
  CAIRN_TRY(connection.Run("UPDATE pipeline_run SET told = 1 WHERE id = $1", {id}));
  return Done{};
}

Result<std::vector<std::string>> SelectUntold(sql::Connection& connection, std::string_view home) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT id FROM pipeline_run WHERE told = 0 AND home = $1 AND state <> 'running' ORDER BY id", {home}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.Text(0));
  return ids;
}

Result<> UpdateStage(sql::Connection& connection, std::string_view run, std::size_t place,
                     const StageRecord& stage) {
  const sql::Value exit = stage.exit ? sql::Value(*stage.exit) : sql::Value();
  CAIRN_TRY(
      connection.Run("UPDATE pipeline_stage SET state = $3, reason = $4, exit_code = $5, started_ms = $6, "
                     "ended_ms = $7, wall_ms = $8, cpu_ms = $9, "
                     "max_rss_bytes = $10, log = $11, causes = $12, attempts = $13, reads = $14, makes = $15 "
                     "WHERE run = $1 AND place = $2",
                     {run, static_cast<std::int64_t>(place), NameOf(stage.state), stage.reason, exit,
                      stage.started, stage.ended, stage.wall_ms, stage.cpu_ms,
                      static_cast<std::int64_t>(stage.max_rss_bytes), stage.log, DumpCauses(stage.causes),
                      DumpAttempts(stage.attempts), DumpPaths(stage.reads), DumpPaths(stage.makes)}));
  return Done{};
}

Result<RunRecord> SelectRun(sql::Connection& connection, std::string_view id) {
  const auto rows = CAIRN_TRY(connection.Run(std::string(kSelect) + "WHERE id = $1", {id}));
  if (rows.empty()) return Error{Reason::NotFound, "there is no pipeline run '" + std::string(id) + "'"};
  return RunOf(connection, rows.front());
}

Result<std::vector<std::string>> SelectKilledBefore(sql::Connection& connection, const RunRecord& run) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT id FROM pipeline_run WHERE cause = $1 AND trigger_on = $2 AND trigger_name = $3 AND state = "
      "'killed' AND id <> $4 ORDER BY id",
      {run.trigger.cause, run.trigger.on, run.trigger.name, run.id}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.Text(0));
  return ids;
}

Result<std::vector<RunRecord>> SelectRuns(sql::Connection& connection, std::string_view before,
                                          std::int64_t limit) {
  const auto rows = CAIRN_TRY(connection.Run(
      std::string(kSelect) + "WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2", {before, limit}));
  std::vector<RunRecord> runs;
  for (const auto& row : rows) runs.push_back(CAIRN_TRY(RunOf(connection, row)));
  return runs;
}

Result<std::optional<std::string>> SelectRunningOf(sql::Connection& connection, std::string_view project) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT id FROM pipeline_run WHERE project = $1 AND state = 'running'", {project}));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows.front().Text(0));
}

Result<std::optional<std::string>> SelectRunningElsewhere(sql::Connection& connection,
                                                          std::string_view home) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT id FROM pipeline_run WHERE state = 'running' AND home <> $1 AND trigger_name <> '' AND "
      "trigger_on <> 'replay' AND home IN (SELECT home FROM pipeline_server) LIMIT 1",
      {home}));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows.front().Text(0));
}

Result<std::string> SelectHomeOf(sql::Connection& connection, std::string_view id) {
  const auto rows = CAIRN_TRY(connection.Run("SELECT home FROM pipeline_run WHERE id = $1", {id}));
  if (rows.empty()) return Error{Reason::NotFound, "there is no pipeline run '" + std::string(id) + "'"};
  return rows.front().Text(0);
}

Result<> MoveRuns(sql::Connection& connection, std::string_view from, std::string_view to) {
  CAIRN_TRY(connection.Run("UPDATE pipeline_run SET home = $2 WHERE home = $1 AND told = 0", {from, to}));
  return Done{};
}

Result<std::vector<std::string>> SelectLeftBy(sql::Connection& connection, std::string_view home) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT id FROM pipeline_run WHERE state = 'running' AND home = $1 ORDER BY id", {home}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.Text(0));
  return ids;
}

}  // namespace cairn::pipeline
