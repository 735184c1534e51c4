#include "loop/pipeline/sharing.h"

#include "loop/pipeline/store/trigger_table.h"

namespace cairn::pipeline {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

}  // namespace

Sharing::~Sharing() {
  // Should it fail, the others find out by themselves.
  if (joined_ && runner_.IsIdle())
    static_cast<void>(bool(database_.Transact(
        [&](sql::Connection& connection) { return LeaveServer(connection, runner_.home()); })));
}

Result<> Sharing::Beat() {
  const bool there = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<bool> {
    const bool beaten = CAIRN_TRY(BeatOf(connection, runner_.home()));
    if (!beaten) CAIRN_TRY(AddServer(connection, runner_.home()));
    return beaten;
  }));
  if (joined_ && !there) CAIRN_TRY(runner_.GiveUpLost());
  joined_ = true;
  return Done{};
}

Result<std::vector<std::string>> Sharing::Advance(std::int64_t now_ns) {
  std::vector<std::string> taken;
  if (database_.engine() != sql::Engine::Postgres || now_ns < next_ns_) return taken;
  next_ns_ = now_ns + kBeatMs * kNsPerMs;
  CAIRN_TRY(Beat());
  const auto servers =
      CAIRN_TRY(database_.Read([](sql::Connection& connection) { return SelectServers(connection); }));
  std::map<std::string, Seen> others;
  for (const auto& server : servers) {
    if (server.home == runner_.home()) continue;
    const auto before = others_.find(server.home);
    const bool same = before != others_.end() && before->second.beat == server.beat;
    const Seen seen{server.beat, same ? before->second.since_ns : now_ns};
    others[server.home] = seen;
    if (server.beat >= 0 && now_ns - seen.since_ns < kLeaseMs * kNsPerMs) continue;
    if (CAIRN_TRY(runner_.TakeOver(server.home, server.beat, project_))) taken.push_back(server.home);
  }
  others_ = std::move(others);
  return taken;
}

}  // namespace cairn::pipeline
