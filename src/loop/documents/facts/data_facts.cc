#include "loop/documents/facts/data_facts.h"

#include <algorithm>
#include <utility>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/lineage.h"
#include "loop/data/version.h"

namespace cairn::documents {
namespace {

Record EventOf(const DataDossier& dossier, std::string_view kind) {
  for (std::size_t i = dossier.events.size(); i-- > 0;)
    if (dossier.events[i].event.kind == kind)
      return {"event " + std::string(kind) + " " + dossier.events[i].id, dossier.proven[i].proof.leaf};
  return {};
}

Record Bytes(const data::DatasetVersion& version) {
  return {"data set " + version.dataset + "@" + std::to_string(version.version), version.digest};
}

void AddContents(const DataDossier& dossier, Facts& facts) {
  const auto& version = dossier.version;
  auto& list = facts["dataset"];
  list.push_back({"version", version.dataset + "@" + std::to_string(version.version), Bytes(version)});
  list.push_back({"rows", WithThousands(version.rows), Bytes(version)});
  list.push_back({"bytes", WithThousands(static_cast<std::int64_t>(version.bytes)), Bytes(version)});
  list.push_back({"files", std::to_string(version.files.size()), Bytes(version)});
  list.push_back({"format", version.format, Bytes(version)});
  for (const auto& column : version.columns)
    facts["columns"].push_back({column.name, column.type, {"schema", version.schema_digest}});
  facts["contract"].push_back({"contract", version.contract_passed ? "kept" : "broken",
                               version.contract_digest.empty()
                                   ? EventOf(dossier, "data.version_added")
                                   : Record{"contract", version.contract_digest}});
  if (version.sealed_rows > 0) {
    facts["seal"].push_back({"rows held back for examination",
                             WithThousands(version.sealed_rows),
                             {"sealed rows", version.seal_digest}});
    facts["seal"].push_back({"times they were looked at", std::to_string(dossier.openings),
                             EventOf(dossier, "data.seal_opened")});
  }
}

void AddOrigin(const DataDossier& dossier, Facts& facts) {
  const auto& from = dossier.version.provenance;
  const Record added = EventOf(dossier, "data.version_added");
  const auto say = [&](const char* name, const char* label, const std::string& value) {
    if (!value.empty()) facts[name].push_back({label, value, added});
  };
  say("description", "description", from.description);
  say("source", "came from", from.source);
  say("source", "asked of it", from.query);
  say("source", "read", from.read_ms ? FormatUtc(from.read_ms) : "");
  say("source", "added by", dossier.version.added_by);
  say("terms", "licence", from.licence);
  say("terms", "jurisdiction", from.jurisdiction);
  say("terms", "may be taken out by", Join(from.access, ", "));
  say("owner", "owner", from.owner);
  say("versions", "versions so far", std::to_string(dossier.versions));
  say("versions", "why this one", from.reason);
  for (const auto& user : dossier.used_by) say("used_by", "was used by", user);
}

void AddProfile(const DataDossier& dossier, Facts& facts) {
  if (!dossier.profile) return;
  const Json& profile = *dossier.profile;
  const Record record{"profile", crypto::Sha256Hex(profile.Canonical())};
  for (const char* name : {"rows", "columns", "missing_cells", "duplicate_rows", "label_conflicts"})
    if (profile.At("table").At(name).IsNumber())
      facts["profile"].push_back({name, profile.At("table").At(name).Dump(), record});
  for (const Json& warning : profile.At("warnings").items())
    facts["warnings"].push_back({warning.Text("kind"), warning.Text("sentence"), record});
  if (profile.At("warnings").items().empty())
    facts["warnings"].push_back({"profile", "found nothing to warn of", record});
  for (const Json& column : profile.At("columns").items()) {
    const Json& personal = column.At("personal");
    const bool none = personal.IsNull() || (personal.IsString() && personal.AsString().empty()) ||
                      (personal.IsArray() && personal.items().empty());
    if (!none)
      facts["personal"].push_back(
          {column.Text("name"), personal.IsString() ? personal.AsString() : personal.Dump(), record});
  }
}

}  // namespace

Result<DataDossier> GatherData(const evidence::Rooms& rooms, const std::string& dataset,
                               std::int64_t number) {
  CAIRN_TRY(rooms.sealer.Seal());
  DataDossier dossier;
  dossier.version = CAIRN_TRY(rooms.catalogue.Find(dataset, number));
  dossier.versions = CAIRN_TRY(rooms.catalogue.Versions(dataset)).size();
  auto profile = rooms.catalogue.FindProfile(dataset, dossier.version.version);
  if (profile)
    dossier.profile = *std::move(profile);
  else if (profile.error().reason != Reason::NotFound)
    return profile.error();
  auto verdict = CAIRN_TRY(charter::Feasibility(rooms.database, rooms.clock).Newest(dataset));
  if (verdict && verdict->dataset_version == std::to_string(dossier.version.version))
    dossier.feasibility = std::move(verdict);
  const std::string subject = data::SubjectOf(dossier.version);
  const auto walk =
      CAIRN_TRY(metadata::WalkLineage(rooms.database, {subject}, metadata::Direction::Downstream, 10'000));
  for (const auto& step : walk.steps)
    if (step.thing.starts_with("model:")) dossier.used_by.push_back(step.thing);
  std::sort(dossier.used_by.begin(), dossier.used_by.end());
  metadata::EventFilter filter;
  filter.subject = subject;
  filter.scope = metadata::EventFilter::Scope::Sealed;
  filter.limit = 10'000;
  const auto head = CAIRN_TRY(metadata::HeadOf(rooms.database));
  std::vector<std::string> ids;
  for (auto& event : CAIRN_TRY(rooms.log.Read(filter))) {
    if (!event.position || std::cmp_greater_equal(*event.position, head.size)) continue;
    ids.push_back(event.id);
    dossier.events.push_back(event);
    if (event.event.kind == "data.seal_opened") ++dossier.openings;
  }
  dossier.proven = CAIRN_TRY(metadata::Prove(rooms.database, ids, head));
  return dossier;
}

Facts DatasetFacts(const DataDossier& dossier) {
  Facts facts;
  for (const auto add : {AddContents, AddOrigin, AddProfile}) add(dossier, facts);
  return facts;
}

}  // namespace cairn::documents
