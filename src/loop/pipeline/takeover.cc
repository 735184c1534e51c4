#include "ground/os/leftovers.h"
#include "loop/pipeline/active.h"
#include "loop/pipeline/runner.h"
#include "loop/pipeline/store/pull_table.h"
#include "loop/pipeline/store/run_table.h"
#include "loop/pipeline/store/trigger_table.h"

namespace cairn::pipeline {

Result<bool> Runner::TakeOver(const std::string& home, std::int64_t beat, const std::string& project) {
  const auto left =
      CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectLeftBy(connection, home); }));
  // What they still write must not mix with what the next run makes. On another machine there are none.
  Result<int> leftovers = 0;
  for (const auto& id : left) {
    auto ended = os::EndLeftovers(kRunVariable, id);
    if (!ended) leftovers = std::move(ended);
  }
  const bool taken = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<bool> {
    if (!CAIRN_TRY(RemoveServer(connection, home, beat))) return false;
    for (const auto& id : CAIRN_TRY(SelectLeftBy(connection, home)))
      CAIRN_TRY(MarkKilled(connection, CAIRN_TRY(SelectRun(connection, id)), leftovers));
    CAIRN_TRY(MovePulls(connection, home, home_, project));
    CAIRN_TRY(MoveRuns(connection, home, home_));
    return true;
  }));
  if (!taken) return false;
  for (const auto& id : left) {
    CAIRN_TRY(KeepLineage(
        CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectRun(connection, id); }))));
  }
  return true;
}

Result<> Runner::CheckOurs(sql::Connection& connection, const std::string& run) const {
  if (CAIRN_TRY(SelectHomeOf(connection, run)) == home_) return Done{};
  return Error{Reason::Conflict,
               "another server took this run over, because this one was silent for too long"};
}

bool Runner::IsIdle() {
  const std::lock_guard lock(mutex_);
  return active_.empty();
}

Result<> Runner::GiveUpLost() {
  std::vector<std::shared_ptr<Active>> under_way;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [project, active] : active_) under_way.push_back(active);
  }
  for (const auto& active : under_way) {
    const std::string home = CAIRN_TRY(database_.Read(
        [&](sql::Connection& connection) { return SelectHomeOf(connection, active->record.id); }));
    if (home != home_) active->stop.request_stop();
  }
  return Done{};
}

}  // namespace cairn::pipeline
