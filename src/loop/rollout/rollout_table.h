#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/rollout/contract_verdict.h"
#include "loop/rollout/rollout.h"

/// The tables `rollout` and `contract_verdict`. Each works in the caller's transaction.
namespace cairn::rollout {

Result<> InsertRollout(sql::Connection& connection, const Rollout& rollout);
/// Writes what may change, if the row still stands at `from`; Conflict otherwise.
Result<> UpdateRollout(sql::Connection& connection, const Rollout& rollout, Stage from);
/// None when there is no such id.
Result<std::optional<Rollout>> SelectRollout(sql::Connection& connection, std::string_view id);
/// Newest first, without reports.
Result<std::vector<Rollout>> SelectRollouts(sql::Connection& connection, std::string_view model);
/// Those that are examined, wait or are tried out, oldest first, with reports.
Result<std::vector<Rollout>> SelectUnderWay(sql::Connection& connection);
/// The newest promoted one of each model.
Result<std::vector<Rollout>> SelectInProduction(sql::Connection& connection);
/// Every one, by id, with its report.
Result<std::vector<Rollout>> SelectAll(sql::Connection& connection);

/// None when this file was not checked under this contract; both by their digests.
Result<std::optional<ContractVerdict>> SelectVerdict(sql::Connection& connection, std::string_view file,
                                                     std::string_view contract);
Result<> PutVerdict(sql::Connection& connection, std::string_view file, std::string_view contract,
                    const ContractVerdict& verdict);

}  // namespace cairn::rollout
