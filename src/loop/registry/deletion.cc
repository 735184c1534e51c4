#include "loop/registry/deletion.h"

#include <algorithm>
#include <set>

#include "ledger/governance/retention.h"
#include "ledger/metadata/event.h"
#include "loop/registry/rules/erasure.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/removal_table.h"
#include "loop/registry/tables/trace.h"
#include "loop/registry/tables/version_table.h"

namespace cairn::registry {
namespace {

/// The deed as it goes into the log, with what went along.
Json FiguresOf(const Deletion::Plan& plan) {
  return Json{{"permanently", true}, {"files", plan.files}, {"bytes", static_cast<std::int64_t>(plan.bytes)}};
}

Result<> TraceErased(sql::Connection& connection, TimeMs now, const std::string& subject,
                     const std::string& actor, Json body) {
  const std::string kind = subject.substr(0, subject.find(':')) + ".erased";
  CAIRN_TRY(metadata::Append(connection, now, {kind, subject, actor, "", std::move(body)}));
  return {};
}

Result<> TraceRecords(sql::Connection& connection, TimeMs now, const Scope& scope, const Deletion::Plan& plan,
                      const std::string& actor) {
  if (scope.doomed.experiment) {
    Json body = FiguresOf(plan);
    body.Set("runs", scope.doomed.runs.size());
    CAIRN_TRY(TraceErased(connection, now, "experiment:" + std::to_string(scope.doomed.experiment->id), actor,
                          std::move(body)));
  }
  for (const auto& run : scope.doomed.runs) {
    Json body{{"permanently", true}, {"experiment_id", std::to_string(run.experiment)}};
    CAIRN_TRY(TraceErased(connection, now, "run:" + run.id, actor, std::move(body)));
  }
  return {};
}

Result<> EraseVersion(sql::Connection& connection, TimeMs now, StoredVersion stored,
                      const Deletion::Plan& plan, const std::string& actor) {
  const auto model = stored.version.model;
  const auto number = stored.version.version;
  for (const auto& alias : stored.version.aliases) {
    CAIRN_TRY(EraseAlias(connection, stored.model_key, alias));
    CAIRN_TRY(TraceAlias(connection, now, {model, alias, 0, number, actor}));
  }
  stored.version.updated_ms = now;
  CAIRN_TRY(RedactVersion(connection, stored, Origins::Forgotten));
  CAIRN_TRY(EraseUnusedManifest(connection, stored.version.manifest));
  return Trace(connection, now, {"version_deleted", model, actor, "", number}, FiguresOf(plan));
}

Result<> EraseRegistered(sql::Connection& connection, TimeMs now, const Scope& scope,
                         const Deletion::Plan& plan, const std::string& actor) {
  for (const auto& stored : scope.versions) CAIRN_TRY(EraseVersion(connection, now, stored, plan, actor));
  if (!scope.model) return {};
  CAIRN_TRY(EraseModel(connection, scope.model->id));
  return Trace(connection, now, {"model_deleted", scope.model->model.name, actor}, FiguresOf(plan));
}

/// Files and bytes in a folder and below.
Result<> Add(const tracking::Artifacts& artifacts, const std::string& folder, Deletion::Plan& plan) {
  for (const auto& entry : CAIRN_TRY(artifacts.List(folder))) {
    if (entry.folder) {
      CAIRN_TRY(Add(artifacts, folder + "/" + entry.path, plan));
    } else {
      ++plan.files;
      plan.bytes += entry.bytes;
    }
  }
  return {};
}

}  // namespace

Deletion::Deletion(sql::Database& database, const os::Clock& clock, tracking::Artifacts& artifacts,
                   std::function<Result<Guard>(sql::Connection&)> guard)
    : database_(database), clock_(clock), artifacts_(artifacts), guard_(std::move(guard)) {}

Result<> Deletion::Measure(Plan& plan) const {
  for (const auto& folder : plan.folders) CAIRN_TRY(Add(artifacts_, folder, plan));
  return {};
}

Result<Deletion::Plan> Deletion::Weigh(const Wish& wish) const {
  const auto address = artifacts_.Address();
  auto plan = CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<Plan> {
    auto scope = CAIRN_TRY(ScopeOf(connection, CAIRN_TRY(guard_(connection)), address, wish));
    scope.plan.records = CAIRN_TRY(tracking::CountRecords(connection, scope.doomed));
    const auto versions = static_cast<std::int64_t>(scope.versions.size());
    if (versions > 0) scope.plan.records.emplace_back("versions", versions);
    if (scope.model) scope.plan.records.emplace_back("registered models", 1);
    return std::move(scope.plan);
  }));
  CAIRN_TRY(Measure(plan));
  return plan;
}

Result<Deletion::Plan> Deletion::Erase(const Wish& wish, const std::string& actor) {
  const auto plan = CAIRN_TRY(Weigh(wish));
  const auto now = clock_.Now();
  const auto address = artifacts_.Address();
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto scope = CAIRN_TRY(ScopeOf(connection, CAIRN_TRY(guard_(connection)), address, wish));
    if (!scope.plan.refusals.empty()) return Error{Reason::Denied, scope.plan.refusals.front().why};
    CAIRN_TRY(EraseRegistered(connection, now, scope, plan, actor));
    CAIRN_TRY(tracking::EraseRecords(connection, scope.doomed));
    CAIRN_TRY(TraceRecords(connection, now, scope, plan, actor));
    return NoteRemovals(connection, scope.plan.folders, now);
  }));
  // The deed is done; files that cannot go now are swept later.
  static_cast<void>(bool(Sweep()));
  return plan;
}

Result<> Deletion::SweepOne(const std::string& path) {
  const auto address = artifacts_.Address();
  const bool kept = CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<bool> {
    if (CAIRN_TRY(VersionAt(connection, path, {}))) return true;
    return !CAIRN_TRY(tracking::KeeperBelow(connection, path, address, {})).empty();
  }));
  // What came back meanwhile, as by an import, has its files there again.
  if (!kept) {
    const auto removed = artifacts_.Remove(path);
    if (!removed && removed.error().reason != Reason::NotFound) return removed;
  }
  return database_.Transact([&](sql::Connection& connection) { return ForgetRemoval(connection, path); });
}

Result<> Deletion::Sweep() {
  const auto paths =
      CAIRN_TRY(database_.Read([](sql::Connection& connection) { return ReadRemovals(connection); }));
  Result<> outcome;
  for (const auto& path : paths) {
    auto swept = SweepOne(path);
    if (!swept && outcome) outcome = std::move(swept);
  }
  return outcome;
}

}  // namespace cairn::registry
