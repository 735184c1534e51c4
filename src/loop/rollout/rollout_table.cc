#include "loop/rollout/rollout_table.h"

#include <algorithm>

namespace cairn::rollout {
namespace {

constexpr std::string_view kWithoutReport =
    "SELECT id, model, version, previous, stage, decision, cause, reason, actor, began_ms, changed_ms, "
    "trial, 'null' FROM rollout ";
constexpr std::string_view kWhole =
    "SELECT id, model, version, previous, stage, decision, cause, reason, actor, began_ms, changed_ms, "
    "trial, report FROM rollout ";

Stage StageNamed(std::string_view name) {
  for (const Stage stage :
       {Stage::Examining, Stage::AwaitingApproval, Stage::Canary, Stage::Promoted, Stage::KeptOut}) {
    if (NameOf(stage) == name) return stage;
  }
  return Stage::RolledBack;
}

Result<Rollout> RolloutOf(const sql::Row& row) {
  Rollout rollout;
  rollout.id = row.Text(0);
  rollout.model = row.Text(1);
  rollout.version = row.Int(2);
  rollout.previous = row.Int(3);
  rollout.stage = StageNamed(row.Text(4));
  rollout.decision = row.Text(5);
  rollout.cause = row.Text(6);
  rollout.reason = row.Text(7);
  rollout.actor = row.Text(8);
  rollout.began_ms = row.Int(9);
  rollout.changed_ms = row.Int(10);
  rollout.trial = CAIRN_TRY(Json::Parse(row.Text(11)));
  rollout.report = CAIRN_TRY(Json::Parse(row.Text(12)));
  return rollout;
}

Result<std::vector<Rollout>> RolloutsOf(const sql::Rows& rows) {
  std::vector<Rollout> rollouts;
  for (const auto& row : rows) rollouts.push_back(CAIRN_TRY(RolloutOf(row)));
  return rollouts;
}

}  // namespace

Result<> InsertRollout(sql::Connection& connection, const Rollout& rollout) {
  CAIRN_TRY(
      connection.Run("INSERT INTO rollout (id, model, version, previous, stage, decision, cause, reason, "
                     "report, actor, began_ms, changed_ms) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                     {rollout.id, rollout.model, rollout.version, rollout.previous, NameOf(rollout.stage),
                      rollout.decision, rollout.cause, rollout.reason, rollout.report.Dump(), rollout.actor,
                      rollout.began_ms, rollout.changed_ms}));
  return Done{};
}

Result<> UpdateRollout(sql::Connection& connection, const Rollout& rollout, Stage from) {
  const auto moved = CAIRN_TRY(
      connection.Run("UPDATE rollout SET previous = $3, stage = $4, decision = $5, reason = $6, report = $7, "
                     "changed_ms = $8, trial = $9 "
                     "WHERE id = $1 AND stage = $2 RETURNING id",
                     {rollout.id, NameOf(from), rollout.previous, NameOf(rollout.stage), rollout.decision,
                      rollout.reason, rollout.report.Dump(), rollout.changed_ms, rollout.trial.Dump()}));
  if (!moved.empty()) return Done{};
  return Error{Reason::Conflict, "the rollout " + rollout.id + " was moved on by somebody else meanwhile"};
}

Result<std::optional<Rollout>> SelectRollout(sql::Connection& connection, std::string_view id) {
  const auto rows = CAIRN_TRY(connection.Run(std::string(kWhole) + "WHERE id = $1", {id}));
  if (rows.empty()) return std::optional<Rollout>();
  return std::optional<Rollout>(CAIRN_TRY(RolloutOf(rows.front())));
}

Result<std::vector<Rollout>> SelectRollouts(sql::Connection& connection, std::string_view model) {
  return RolloutsOf(CAIRN_TRY(connection.Run(
      std::string(kWithoutReport) + "WHERE ($1 = '' OR model = $1) ORDER BY began_ms DESC, id DESC",
      {model})));
}

Result<std::vector<Rollout>> SelectUnderWay(sql::Connection& connection) {
  return RolloutsOf(CAIRN_TRY(
      connection.Run(std::string(kWhole) +
                     "WHERE stage IN ('examining', 'awaiting_approval', 'canary') ORDER BY began_ms, id")));
}

Result<std::vector<Rollout>> SelectInProduction(sql::Connection& connection) {
  auto promoted = CAIRN_TRY(RolloutsOf(CAIRN_TRY(
      connection.Run(std::string(kWhole) + "WHERE stage = 'promoted' ORDER BY changed_ms DESC, id DESC"))));
  std::vector<Rollout> newest;
  for (auto& rollout : promoted) {
    const bool known = std::any_of(newest.begin(), newest.end(),
                                   [&](const Rollout& one) { return one.model == rollout.model; });
    if (!known) newest.push_back(std::move(rollout));
  }
  return newest;
}

Result<std::vector<Rollout>> SelectAll(sql::Connection& connection) {
  return RolloutsOf(CAIRN_TRY(connection.Run(std::string(kWhole) + "ORDER BY id")));
}

Result<std::optional<ContractVerdict>> SelectVerdict(sql::Connection& connection, std::string_view file,
                                                     std::string_view contract) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT passed, sentence FROM contract_verdict WHERE file = $1 AND contract = $2", {file, contract}));
  if (rows.empty()) return std::optional<ContractVerdict>();
  return std::optional(ContractVerdict{rows.front().Int(0) != 0, rows.front().Text(1)});
}

Result<> PutVerdict(sql::Connection& connection, std::string_view file, std::string_view contract,
                    const ContractVerdict& verdict) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO contract_verdict (file, contract, passed, sentence) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (file, contract) DO NOTHING",
      {file, contract, std::int64_t{verdict.passed ? 1 : 0}, verdict.sentence}));
  return Done{};
}

}  // namespace cairn::rollout
