#include "loop/sweep/store/sweep_table.h"

namespace cairn::sweep {
namespace {

std::string DumpOrder(const Order& order) {
  Json set = Json::Array(), stages = Json::Array();
  for (const auto& one : order.set) set.Push(one);
  for (const auto& stage : order.stages) stages.Push(stage);
  return Json{{"set", std::move(set)},       {"search", NameOf(order.search)},
              {"trials", order.trials},      {"seed", std::to_string(order.seed)},
              {"stages", std::move(stages)}, {"budget_ms", order.budget_ms},
              {"until", order.until}}
      .Dump();
}

Result<Order> ReadOrder(const std::string& text) {
  const Json json = CAIRN_TRY(Json::Parse(text));
  Order order;
  for (const Json& one : json.At("set").items()) order.set.push_back(one.AsString());
  for (const Json& stage : json.At("stages").items()) order.stages.push_back(stage.AsString());
  order.search = CAIRN_TRY(SearchNamed(json.Text("search")));
  order.trials = json.Int("trials");
  order.seed = std::strtoull(json.Text("seed").c_str(), nullptr, 10);
  order.budget_ms = json.Int("budget_ms");
  order.until = json.Text("until");
  return order;
}

std::string DumpSettings(const std::vector<Setting>& settings) {
  Json list = Json::Array();
  for (const auto& one : settings)
    list.Push(Json{{"file", one.file}, {"key", one.key}, {"value", one.value}});
  return list.Dump();
}

std::string DumpOuts(const std::vector<pipeline::LockedPath>& outs) {
  Json list = Json::Array();
  for (const auto& out : outs)
    list.Push(Json{
        {"path", out.path}, {"md5", out.md5}, {"size", static_cast<std::int64_t>(out.size.value_or(0))}});
  return list.Dump();
}

std::string DumpTexts(const std::vector<std::string>& texts) {
  Json list = Json::Array();
  for (const auto& text : texts) list.Push(text);
  return list.Dump();
}

constexpr std::string_view kTrial =
    "SELECT t.sweep, t.number, t.state, t.settings, t.run, t.tracked, t.beginnings, t.params, t.metrics, "
    "t.outs, t.kept, t.problem, t.started_ms, t.ended_ms FROM sweep_trial t ";

Result<Trial> TrialOf(const sql::Row& row) {
  Trial trial;
  trial.sweep = row.Text(0);
  trial.number = row.Int(1);
  trial.state = TrialStateNamed(row.Text(2));
  const Json settings = CAIRN_TRY(Json::Parse(row.Text(3)));
  for (const Json& one : settings.items())
    trial.settings.push_back({one.Text("file"), one.Text("key"), one.At("value")});
  trial.run = row.Text(4);
  trial.tracked = row.Text(5);
  trial.beginnings = row.Int(6);
  trial.params = CAIRN_TRY(Json::Parse(row.Text(7)));
  trial.metrics = CAIRN_TRY(Json::Parse(row.Text(8)));
  const Json outs = CAIRN_TRY(Json::Parse(row.Text(9)));
  for (const Json& out : outs.items())
    trial.outs.push_back({out.Text("path"), out.Text("md5"), static_cast<std::uint64_t>(out.Int("size")),
                          std::nullopt, false});
  const Json kept = CAIRN_TRY(Json::Parse(row.Text(10)));
  for (const Json& path : kept.items()) trial.kept.push_back(path.AsString());
  trial.problem = row.Text(11);
  trial.started = row.Int(12);
  trial.ended = row.Int(13);
  return trial;
}

Result<std::vector<Trial>> TrialsOf(const sql::Rows& rows) {
  std::vector<Trial> trials;
  for (const auto& row : rows) trials.push_back(CAIRN_TRY(TrialOf(row)));
  return trials;
}

constexpr std::string_view kSweep =
    "SELECT id, home, project, actor, plan, commit_id, dirty, tracked, jobs, created_ms, started_ms FROM "
    "sweep ";

Result<Sweep> SweepOf(const sql::Row& row) {
  Sweep sweep;
  sweep.id = row.Text(0);
  sweep.home = row.Text(1);
  sweep.project = row.Text(2);
  sweep.order = CAIRN_TRY(ReadOrder(row.Text(4)));
  sweep.order.project = sweep.project;
  sweep.order.actor = row.Text(3);
  sweep.source = {row.Text(5), row.Int(6) != 0};
  sweep.tracked = row.Text(7);
  sweep.jobs = row.Int(8);
  sweep.created = row.Int(9);
  sweep.started = row.Int(10);
  return sweep;
}

}  // namespace

Result<> InsertSweep(sql::Connection& connection, const Sweep& sweep, const std::vector<Trial>& trials) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO sweep (id, home, project, actor, plan, commit_id, dirty, tracked, jobs, created_ms, "
      "started_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {sweep.id, sweep.home, sweep.project, sweep.order.actor, DumpOrder(sweep.order), sweep.source.commit,
       sweep.source.dirty, sweep.tracked, sweep.jobs, sweep.created, sweep.started}));
  std::vector<sql::Value> values;
  for (const Trial& trial : trials) {
    for (sql::Value value :
         {sql::Value(trial.sweep), sql::Value(trial.number), sql::Value(NameOf(trial.state)),
          sql::Value(DumpSettings(trial.settings)), sql::Value(""), sql::Value(""), sql::Value(0),
          sql::Value("{}"), sql::Value("{}"), sql::Value("[]"), sql::Value("[]"), sql::Value(""),
          sql::Value(0), sql::Value(0)})
      values.push_back(std::move(value));
  }
  return connection.InsertRows(
      "INSERT INTO sweep_trial (sweep, number, state, settings, run, tracked, beginnings, params, metrics, "
      "outs, kept, problem, started_ms, ended_ms)",
      14, values);
}

Result<Sweep> SelectSweep(sql::Connection& connection, std::string_view id) {
  const auto rows = CAIRN_TRY(connection.Run(std::string(kSweep) + "WHERE id = $1", {id}));
  if (rows.empty()) return Error{Reason::NotFound, "there is no sweep '" + std::string(id) + "'"};
  return SweepOf(rows.front());
}

Result<std::vector<Sweep>> SelectSweeps(sql::Connection& connection, std::string_view project) {
  const auto rows = CAIRN_TRY(connection.Run(
      std::string(kSweep) + "WHERE ($1 = '' OR project = $1) ORDER BY created_ms, id", {project}));
  std::vector<Sweep> sweeps;
  for (const auto& row : rows) sweeps.push_back(CAIRN_TRY(SweepOf(row)));
  return sweeps;
}

Result<std::vector<Trial>> SelectTrials(sql::Connection& connection, std::string_view project,
                                        std::string_view sweep) {
  return TrialsOf(CAIRN_TRY(connection.Run(
      std::string(kTrial) +
          "JOIN sweep s ON s.id = t.sweep WHERE ($1 = '' OR s.project = $1) AND ($2 = '' OR s.id = $2) "
          "ORDER BY s.created_ms, s.id, t.number",
      {project, sweep})));
}

Result<Counts> CountTrials(sql::Connection& connection, std::string_view project, std::string_view sweep) {
  Counts counts;
  for (const auto& row : CAIRN_TRY(connection.Run(
           "SELECT t.sweep, t.state, COUNT(*) FROM sweep_trial t JOIN sweep s ON s.id = t.sweep "
           "WHERE ($1 = '' OR s.project = $1) AND ($2 = '' OR s.id = $2) GROUP BY t.sweep, t.state",
           {project, sweep})))
    counts[row.Text(0)][row.Text(1)] = row.Int(2);
  return counts;
}

Result<Trial> SelectTrial(sql::Connection& connection, std::string_view sweep, std::int64_t number) {
  const auto rows = CAIRN_TRY(
      connection.Run(std::string(kTrial) + "WHERE t.sweep = $1 AND t.number = $2", {sweep, number}));
  if (rows.empty())
    return Error{Reason::NotFound, "there is no trial '" + std::string(sweep) + "-" + std::to_string(number) +
                                       "': `cairn exp show` lists them"};
  return TrialOf(rows.front());
}

Result<> UpdateTrial(sql::Connection& connection, const Trial& trial) {
  CAIRN_TRY(connection.Run(
      "UPDATE sweep_trial SET state = $3, run = $4, tracked = $5, beginnings = $6, params = $7, metrics = "
      "$8, "
      "outs = $9, kept = $10, problem = $11, started_ms = $12, ended_ms = $13 WHERE sweep = $1 AND number = "
      "$2",
      {trial.sweep, trial.number, NameOf(trial.state), trial.run, trial.tracked, trial.beginnings,
       trial.params.Dump(), trial.metrics.Dump(), DumpOuts(trial.outs), DumpTexts(trial.kept), trial.problem,
       trial.started, trial.ended}));
  return Done{};
}

Result<> DeleteTrial(sql::Connection& connection, const Trial& trial) {
  CAIRN_TRY(connection.Run("DELETE FROM sweep_trial WHERE sweep = $1 AND number = $2",
                           {trial.sweep, trial.number}));
  return Done{};
}

Result<> DeleteSweep(sql::Connection& connection, std::string_view id) {
  CAIRN_TRY(connection.Run("DELETE FROM sweep WHERE id = $1", {id}));
  return Done{};
}

Result<> SetJobs(sql::Connection& connection, std::string_view sweep, std::int64_t jobs) {
  CAIRN_TRY(connection.Run("UPDATE sweep SET jobs = $2 WHERE id = $1", {sweep, jobs}));
  return Done{};
}

Result<> SetStarted(sql::Connection& connection, std::string_view sweep, TimeMs at) {
  CAIRN_TRY(connection.Run("UPDATE sweep SET started_ms = $2 WHERE id = $1 AND started_ms = 0", {sweep, at}));
  return Done{};
}

Result<std::optional<Trial>> SelectNext(sql::Connection& connection, std::string_view home) {
  const auto rows = CAIRN_TRY(connection.Run(
      std::string(kTrial) +
          "JOIN sweep s ON s.id = t.sweep WHERE t.state = 'queued' AND s.home = $1 AND s.jobs > 0 "
          "ORDER BY s.created_ms, s.id, t.number LIMIT 1",
      {home}));
  if (rows.empty()) return std::optional<Trial>();
  return std::optional<Trial>(CAIRN_TRY(TrialOf(rows.front())));
}

Result<std::vector<Trial>> SelectRunning(sql::Connection& connection, std::string_view home) {
  return TrialsOf(CAIRN_TRY(connection.Run(
      std::string(kTrial) + "JOIN sweep s ON s.id = t.sweep WHERE t.state = 'running' AND s.home = $1 "
                            "ORDER BY t.sweep, t.number",
      {home})));
}

Result<> UpdateWaiting(sql::Connection& connection, std::string_view sweep, TrialState state,
                       std::string_view problem, TimeMs now) {
  CAIRN_TRY(connection.Run(
      "UPDATE sweep_trial SET state = $2, problem = $3, ended_ms = $4 WHERE sweep = $1 AND state = 'queued'",
      {sweep, NameOf(state), problem, now}));
  return Done{};
}

Result<std::int64_t> CountOpen(sql::Connection& connection, std::string_view sweep) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT COUNT(*) FROM sweep_trial WHERE sweep = $1 AND state IN ('queued', 'running')", {sweep}));
  return rows.front().Int(0);
}

Result<std::int64_t> SelectJobs(sql::Connection& connection, std::string_view home) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT MAX(s.jobs) FROM sweep s JOIN sweep_trial t ON t.sweep = s.id WHERE t.state = 'queued' AND "
      "s.home = $1",
      {home}));
  return rows.front().IsNull(0) ? 0 : rows.front().Int(0);
}

}  // namespace cairn::sweep
