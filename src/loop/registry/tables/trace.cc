#include "loop/registry/tables/trace.h"

#include "loop/registry/webhooks/announcement.h"

namespace cairn::registry {
namespace {

std::string NumberOrNone(std::int64_t version) { return version == 0 ? "" : std::to_string(version); }

}  // namespace

Result<> Trace(sql::Connection& connection, TimeMs now, const Deed& deed, Json body,
               std::vector<metadata::Lineage::Link> from) {
  std::string subject = "model:" + deed.model;
  body.Set("model", deed.model);
  if (deed.version != 0) {
    subject += "/" + std::to_string(deed.version);
    body.Set("version", std::to_string(deed.version));
  }
  metadata::Event event{"registry." + deed.kind, subject, deed.actor, deed.cause, std::move(body)};
  event.lineage.from = std::move(from);
  CAIRN_TRY(metadata::Append(connection, now, event));
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
  metadata::Event event{"registry.alias_moved", "model:" + deed.model, deed.actor, deed.cause,
                        std::move(body)};
  if (deed.version != 0) {
    event.lineage.of = "alias:" + deed.model + "@" + deed.alias;
    event.lineage.from = {{"model:" + deed.model + "/" + std::to_string(deed.version), ""}};
    if (!deed.decision.empty()) event.lineage.from.push_back({"decision:" + deed.decision, "allowed by"});
  }
  CAIRN_TRY(metadata::Append(connection, now, event));
  return AnnounceAlias(connection, now, deed.model, deed.alias, deed.version);
}

}  // namespace cairn::registry
