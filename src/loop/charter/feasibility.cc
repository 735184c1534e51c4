#include "loop/charter/feasibility.h"

#include "ground/os/identity.h"
#include "ledger/metadata/event.h"

namespace cairn::charter {

Result<Verdict> Feasibility::Record(Verdict verdict, std::string_view actor, std::string_view cause) {
  verdict.judged_ms = clock_.Now();
  const std::string id = os::NewUuid(verdict.judged_ms), outcome = verdict.go ? "go" : "no-go",
                    report = verdict.report.Dump();
  return database_.Transact([&](sql::Connection& connection) -> Result<Verdict> {
    CAIRN_TRY(connection.Run(
        "INSERT INTO feasibility_verdict (id, dataset, dataset_version, charter_digest, verdict, p_value, "
        "heuristic, probe, reason, "
        "report, judged_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {id, verdict.dataset, verdict.dataset_version, verdict.charter_digest, outcome, verdict.p_value,
         verdict.heuristic, verdict.probe, verdict.reason, report, verdict.judged_ms}));
    CAIRN_TRY(metadata::Append(connection, verdict.judged_ms,
                               {.kind = "charter.feasibility_judged",
                                .subject = "dataset:" + verdict.dataset + "@" + verdict.dataset_version,
                                .actor = std::string(actor),
                                .cause = std::string(cause),
                                .body = Json{{"dataset", verdict.dataset},
                                             {"version", verdict.dataset_version},
                                             {"verdict", outcome},
                                             {"p_value", verdict.p_value},
                                             {"heuristic", verdict.heuristic},
                                             {"probe", verdict.probe}}}));
    return verdict;
  });
}

Result<std::optional<Verdict>> Feasibility::Newest(std::string_view dataset) const {
  return First(dataset, "judged_ms DESC, id DESC");
}

Result<std::optional<Verdict>> Feasibility::First(std::string_view dataset, const std::string& order) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::optional<Verdict>> {
    const auto rows = CAIRN_TRY(
        connection.Run("SELECT dataset, dataset_version, charter_digest, verdict, p_value, heuristic, probe, "
                       "reason, report, judged_ms "
                       "FROM feasibility_verdict WHERE dataset = $1 ORDER BY " +
                           order + " LIMIT 1",
                       {dataset}));
    if (rows.empty()) return std::optional<Verdict>();
    const sql::Row& row = rows.front();
    Verdict verdict{row.Text(0),         row.Text(1),   row.Text(2),
                    row.Text(3) == "go", row.Double(4), row.Double(5),
                    row.Double(6),       row.Text(7),   CAIRN_TRY(Json::Parse(row.Text(8))),
                    row.Int(9)};
    return std::optional<Verdict>(std::move(verdict));
  });
}

Result<> Feasibility::AllowTraining(std::string_view dataset) const {
  // A verdict on an older version says nothing about the data that training reads. Versions are whole
  // numbers, in the order of their lengths and digits.
  const auto governing = CAIRN_TRY(
      First(dataset, "length(dataset_version) DESC, dataset_version DESC, judged_ms DESC, id DESC"));
  if (!governing || governing->go) return Done{};
  return Error{Reason::Denied, "training on '" + std::string(dataset) +
                                   "' is blocked: the feasibility verdict on version " +
                                   governing->dataset_version + " is no-go (" + governing->reason +
                                   "). Change the data or the charter and run `cairn feasibility` again"};
}

}  // namespace cairn::charter
