#include "loop/pipeline/store/pull_table.h"

#include <array>

#include "ground/vocabulary/json.h"

namespace cairn::pipeline {
namespace {

constexpr std::array<const char*, 6> kStates = {"waiting", "begun", "merged", "over", "refused", "skipped"};

std::string StagesOf(const Request& request) {
  Json stages = Json::Array();
  for (const auto& stage : request.selection.only) stages.Push(stage);
  return stages.Dump();
}

std::int64_t Forced(const Request& request) { return request.selection.force ? 1 : 0; }

constexpr std::string_view kSelect =
    "SELECT trigger_on, trigger_name, cause, project, stages, forced, actor, state, run, detail, "
    "concurrency, "
    "apart, asked_ms FROM pipeline_pull ";

Result<StoredPull> PullOf(const sql::Row& row) {
  StoredPull pull;
  pull.request.trigger = {row.Text(0), row.Text(1), row.Text(2)};
  pull.request.project = row.Text(3);
  const Json stages = CAIRN_TRY(Json::Parse(row.Text(4)));
  for (const Json& stage : stages.items()) pull.request.selection.only.push_back(stage.AsString());
  pull.request.selection.force = row.Int(5) != 0;
  pull.request.actor = row.Text(6);
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (row.Text(7) == kStates[i]) pull.state = static_cast<PullState>(i);
  }
  pull.run = row.Text(8);
  pull.request.detail = CAIRN_TRY(Json::Parse(row.Text(9)));
  pull.request.concurrency = ConcurrencyNamed(row.Text(10));
  pull.request.apart = row.Int(11) != 0;
  pull.asked = row.Int(12);
  return pull;
}

Result<std::optional<StoredPull>> First(const sql::Rows& rows) {
  if (rows.empty()) return std::optional<StoredPull>();
  return std::optional(CAIRN_TRY(PullOf(rows.front())));
}

}  // namespace

const char* NameOf(PullState state) { return kStates[static_cast<std::size_t>(state)]; }

Result<std::optional<StoredPull>> PutPull(sql::Connection& connection, const Request& request,
                                          std::string_view home, TimeMs now) {
  const Trigger& trigger = request.trigger;
  const auto added = CAIRN_TRY(connection.Run(
      "INSERT INTO pipeline_pull (trigger_on, trigger_name, cause, home, project, stages, forced, actor, "
      "state, run, begun, asked_ms, detail, concurrency, apart) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
      "'waiting', '', 0, $9, $10, $11, $12) "
      "ON CONFLICT (trigger_on, trigger_name, cause) DO NOTHING RETURNING cause",
      {trigger.on, trigger.name, trigger.cause, home, request.project, StagesOf(request), Forced(request),
       request.actor, now, request.detail.Dump(), NameOf(request.concurrency),
       static_cast<std::int64_t>(request.apart ? 1 : 0)}));
  if (!added.empty()) return std::optional<StoredPull>();
  auto before = CAIRN_TRY(FindPull(connection, trigger));
  if (before && before->state == PullState::Refused) {
    CAIRN_TRY(connection.Run(
        "UPDATE pipeline_pull SET state = 'waiting', run = '', begun = 0, home = $4, project = $5, stages = "
        "$6, forced = $7 WHERE trigger_on = $1 AND trigger_name = $2 AND cause = $3",
        {trigger.on, trigger.name, trigger.cause, home, request.project, StagesOf(request),
         Forced(request)}));
  }
  return before;
}

Result<std::optional<StoredPull>> FindPull(sql::Connection& connection, const Trigger& trigger) {
  return First(CAIRN_TRY(
      connection.Run(std::string(kSelect) + "WHERE trigger_on = $1 AND trigger_name = $2 AND cause = $3",
                     {trigger.on, trigger.name, trigger.cause})));
}

Result<bool> BeginPull(sql::Connection& connection, const Request& request, std::string_view home,
                       std::string_view run) {
  const Trigger& trigger = request.trigger;
  const auto begun = CAIRN_TRY(connection.Run(
      "UPDATE pipeline_pull SET state = 'begun', run = $4, begun = begun + 1 WHERE trigger_on = $1 AND "
      "trigger_name = $2 AND cause = $3 AND state = 'waiting' RETURNING cause",
      {trigger.on, trigger.name, trigger.cause, run}));
  if (begun.empty()) return false;
  if (request.apart) return true;
  // A run of the whole pipeline does what a run of some of its stages would.
  CAIRN_TRY(connection.Run(
      "UPDATE pipeline_pull SET state = 'merged', run = $1 WHERE home = $2 AND project = $3 AND state = "
      "'waiting' AND apart = 0 AND forced <= $4 AND (stages = $5 OR $5 = '[]')",
      {run, home, request.project, Forced(request), StagesOf(request)}));
  return true;
}

Result<> ClosePull(sql::Connection& connection, const Trigger& trigger, PullState state,
                   std::string_view run) {
  CAIRN_TRY(connection.Run(
      "UPDATE pipeline_pull SET state = $4, run = $5 WHERE trigger_on = $1 AND trigger_name = $2 AND cause = "
      "$3 AND state = 'waiting'",
      {trigger.on, trigger.name, trigger.cause, NameOf(state), run}));
  return Done{};
}

Result<std::vector<Request>> ReleasePulls(sql::Connection& connection, std::string_view run,
                                          std::int64_t most) {
  CAIRN_TRY(
      connection.Run("UPDATE pipeline_pull SET state = 'waiting', run = '' WHERE run = $1 AND (state = "
                     "'merged' OR (state = 'begun' AND begun < $2))",
                     {run, most}));
  std::vector<Request> refused;
  for (const auto& row : CAIRN_TRY(
           connection.Run(std::string(kSelect) + "WHERE run = $1 AND state = 'begun' ORDER BY cause", {run})))
    refused.push_back(CAIRN_TRY(PullOf(row)).request);
  CAIRN_TRY(
      connection.Run("UPDATE pipeline_pull SET state = 'refused' WHERE run = $1 AND state = 'begun'", {run}));
  return refused;
}

Result<std::optional<Request>> NextWaiting(sql::Connection& connection, std::string_view home,
                                           std::string_view project) {
  auto next = CAIRN_TRY(First(CAIRN_TRY(
      connection.Run(std::string(kSelect) +
                         "WHERE home = $1 AND project = $2 AND state = 'waiting' ORDER BY asked_ms, cause, "
                         "trigger_name LIMIT 1",
                     {home, project}))));
  return next ? std::optional(std::move(next->request)) : std::nullopt;
}

Result<std::vector<Request>> WaitingUnqueued(sql::Connection& connection, std::string_view home,
                                             std::string_view project) {
  std::vector<Request> requests;
  for (const auto& row : CAIRN_TRY(connection.Run(
           std::string(kSelect) +
               "WHERE home = $1 AND project = $2 AND state = 'waiting' AND concurrency <> 'queue' ORDER BY "
               "asked_ms, cause",
           {home, project})))
    requests.push_back(CAIRN_TRY(PullOf(row)).request);
  return requests;
}

Result<bool> AnotherWaits(sql::Connection& connection, const Request& request, std::string_view home) {
  if (request.apart) return false;
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT 1 FROM pipeline_pull WHERE home = $1 AND project = $2 AND state = 'waiting' AND apart = 0 AND "
      "forced >= $3 "
      "AND (stages = $4 OR stages = '[]') AND NOT (trigger_on = $5 AND trigger_name = $6 AND cause = $7) "
      "LIMIT 1",
      {home, request.project, Forced(request), StagesOf(request), request.trigger.on, request.trigger.name,
       request.trigger.cause}));
  return !rows.empty();
}

Result<> MovePulls(sql::Connection& connection, std::string_view from, std::string_view to,
                   std::string_view project) {
  CAIRN_TRY(
      connection.Run("UPDATE pipeline_pull SET home = $2, project = $3 WHERE home = $1 AND state = 'waiting'",
                     {from, to, project}));
  return Done{};
}

Result<std::vector<StoredPull>> SelectPulls(sql::Connection& connection, std::string_view name,
                                            std::int64_t limit) {
  std::vector<StoredPull> pulls;
  for (const auto& row : CAIRN_TRY(connection.Run(
           std::string(kSelect) + "WHERE trigger_name = $1 ORDER BY asked_ms DESC, cause DESC LIMIT $2",
           {name, limit})))
    pulls.push_back(CAIRN_TRY(PullOf(row)));
  return pulls;
}

Result<std::vector<std::string>> WaitingProjects(sql::Connection& connection, std::string_view home) {
  std::vector<std::string> projects;
  for (const auto& row : CAIRN_TRY(connection.Run(
           "SELECT DISTINCT project FROM pipeline_pull WHERE home = $1 AND state = 'waiting'", {home})))
    projects.push_back(row.Text(0));
  return projects;
}

}  // namespace cairn::pipeline
