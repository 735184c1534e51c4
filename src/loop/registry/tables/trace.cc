#include "loop/registry/tables/trace.h"

#include "ledger/metadata/event.h"
#include "loop/registry/webhooks/announcement.h"

namespace cairn::registry {
namespace {

std::string NumberOrNone(std::int64_t version) { return version == 0 ? "" : std::to_string(version); }

}  // namespace

Result<> Trace(sql::Connection& connection, TimeMs now, const Deed& deed, Json body) {
  std::string subject = "model:" + deed.model;
  body.Set("model", deed.model);
  if (deed.version != 0) {
    subject += "/" + std::to_string(deed.version);
    body.Set("version", std::to_string(deed.version));
  }
  CAIRN_TRY(metadata::Append(connection, now,
                             {"registry." + deed.kind, subject, deed.actor, deed.cause, std::move(body)}));
  if (deed.kind == "model_created") return AnnounceModel(connection, now, deed.model);
  if (deed.kind == "version_added") return AnnounceVersion(connection, now, deed.model, deed.version);
  return {};
}

Result<> TraceAlias(sql::Connection& connection, TimeMs now, const AliasDeed& deed) {
  Json body{{"model", deed.model},
            {"alias", deed.alias},
            {"version", NumberOrNone(deed.version)},
            {"previous", NumberOrNone(deed.previous)},
            {"decision", deed.decision}};
  CAIRN_TRY(metadata::Append(
      connection, now,
      {"registry.alias_moved", "model:" + deed.model, deed.actor, deed.cause, std::move(body)}));
  return AnnounceAlias(connection, now, deed.model, deed.alias, deed.version);
}

}  // namespace cairn::registry
