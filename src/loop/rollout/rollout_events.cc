#include "loop/rollout/rollout_events.h"

#include <limits>
#include <map>

#include "ledger/metadata/event.h"
#include "ledger/metadata/log.h"
#include "loop/rollout/candidate.h"
#include "loop/rollout/rollout_table.h"

namespace cairn::rollout {
namespace {

struct Told {
  std::string model, version, stage = "examining", decision, report, cause, actor;
};

Json RowOf(const std::string& id, const Told& told) {
  return Json{{"id", id},
              {"model", told.model},
              {"version", told.version},
              {"stage", told.stage},
              {"decision", told.decision},
              {"report", told.report},
              {"cause", told.cause},
              {"actor", told.actor}};
}

void Take(const metadata::Event& event, Told& told) {
  const Json& body = event.body;
  const std::string kind = event.kind.substr(event.kind.find('.') + 1);
  if (told.model.empty()) {
    told.model = body.Text("model");
    told.version = body.Text("version");
    told.cause = event.cause;
    told.actor = event.actor;
  }
  if (kind == "examined") told.report = body.Text("report");
  if (kind == "gates_judged") {
    told.decision = body.Text("decision");
    told.stage = body.Bool("passed") ? "awaiting_approval" : "kept_out";
  }
  if (kind == "canary_started") told.stage = "canary";
  if (kind == "promoted" || kind == "kept_out" || kind == "rolled_back") told.stage = kind;
}

Result<Json> RolloutsInTable(sql::Database& database) {
  Json rows = Json::Array();
  for (const Rollout& one : CAIRN_TRY(database.Read(SelectAll))) {
    rows.Push(
        RowOf(one.id, {one.model, std::to_string(one.version), std::string(NameOf(one.stage)), one.decision,
                       one.report.IsNull() ? "" : DigestOf(one.report), one.story(), one.actor}));
  }
  return rows;
}

}  // namespace

Result<> Trace(sql::Connection& connection, const Rollout& rollout, std::string_view actor,
               const std::string& kind, const Json& more) {
  const std::string version = std::to_string(rollout.version);
  Json body{{"model", rollout.model}, {"version", version}, {"rollout", rollout.id}};
  for (const auto& [name, value] : more.members()) body.Set(name, value);
  CAIRN_TRY(metadata::Append(connection, rollout.changed_ms,
                             {.kind = "rollout." + kind,
                              .subject = "model:" + rollout.model + "/" + version,
                              .actor = std::string(actor),
                              .cause = rollout.story(),
                              .body = std::move(body)}));
  return Done{};
}

Result<Json> RolloutsInLog(sql::Database& database) {
  metadata::EventFilter filter;
  filter.kind = "rollout.";
  filter.limit = std::numeric_limits<std::int64_t>::max();
  std::map<std::string, Told> rollouts;
  for (const auto& logged : CAIRN_TRY(metadata::Log(database).Read(filter)))
    Take(logged.event, rollouts[logged.event.body.Text("rollout")]);
  Json rows = Json::Array();
  for (const auto& [id, told] : rollouts) rows.Push(RowOf(id, told));
  return rows;
}

metadata::DerivedTable Rollouts::Table() const {
  auto& database = rooms_.database;
  return {"rollout", [&database] { return RolloutsInTable(database); },
          [&database] { return RolloutsInLog(database); }};
}

}  // namespace cairn::rollout
